-- purpose generative_ai_training, table members: what DuckDB is asked, in order.

-- told row by row
SELECT
  *
FROM (
  SELECT
    "t13"."subject",
    "t13"."region",
    "t13"."plan",
    "t13"."subject_number",
    "t13"."age",
    COALESCE("t9"."state", '') AS "state",
    COALESCE("t8"."signals", '') AS "signals"
  FROM (
    SELECT
      "t11".*
      EXCLUDE ("lived")
    FROM (
      SELECT
        "t10"."subject",
        "t10"."region",
        "t10"."lived",
        "t10"."plan",
        "t10"."subject_number",
        CASE
          WHEN "t10"."lived" <= MAKE_DATE(1904, 12, 31)
          THEN 121
          WHEN "t10"."lived" <= MAKE_DATE(2007, 12, 31)
          THEN 18
          WHEN "t10"."lived" <= MAKE_DATE(2025, 12, 31)
          THEN 0
          ELSE CAST(NULL AS BIGINT)
        END AS "age"
      FROM (
        SELECT
          "t5"."subject",
          CASE
            WHEN (
              MIN("t5"."region") = MAX("t5"."region")
            )
            AND (
              COUNT("t5"."region") = COUNT(*)
            )
            THEN MIN("t5"."region")
            ELSE CAST(NULL AS TEXT)
          END AS "region",
          CASE
            WHEN (
              MIN("t5"."lived") = MAX("t5"."lived")
            )
            AND (
              COUNT("t5"."lived") = COUNT(*)
            )
            THEN MIN("t5"."lived")
            ELSE CAST(NULL AS DATE)
          END AS "lived",
          CASE
            WHEN (
              MIN("t5"."plan") = MAX("t5"."plan")
            ) AND (
              COUNT("t5"."plan") = COUNT(*)
            )
            THEN MIN("t5"."plan")
            ELSE CAST(NULL AS TEXT)
          END AS "plan",
          CAST(MIN("t5"."subject") AS BIGINT) AS "subject_number"
        FROM (
          SELECT
            CAST("t2"."id" AS TEXT) AS "subject",
            "t2"."country" AS "region",
            CASE
              WHEN "t2"."born" BETWEEN MAKE_DATE(1, 1, 1) AND MAKE_DATE(9999, 12, 31)
              THEN "t2"."born"
              ELSE CAST(NULL AS DATE)
            END AS "lived",
            CAST(NULL AS TEXT) AS "plan"
          FROM "table_1" AS "t2"
          WHERE
            NOT CAST("t2"."id" AS TEXT) IS NULL
        ) AS "t5"
        GROUP BY
          1
      ) AS "t10"
    ) AS "t11"
  ) AS "t13"
  LEFT OUTER JOIN (
    SELECT
      "t4"."subject",
      LISTAGG("t4"."token", ''
      ORDER BY
        "t4"."token" ASC) AS "state"
    FROM (
      SELECT
        "t0"."subject",
        "t0"."setting",
        "t0"."category",
        "t0"."state",
        CONCAT_WS('', "t0"."setting", '=', COALESCE("t0"."category", ''), '=', "t0"."state") AS "token"
      FROM "table_2" AS "t0"
      WHERE
        "t0"."setting" IN ('*', 'ai')
    ) AS "t4"
    GROUP BY
      1
  ) AS "t9"
    ON "t13"."subject" = "t9"."subject"
  LEFT OUTER JOIN (
    SELECT
      "t3"."subject",
      LISTAGG("t3"."token", ''
      ORDER BY
        "t3"."token" ASC) AS "signals"
    FROM (
      SELECT
        "t1"."subject",
        "t1"."signal",
        "t1"."signal" AS "token"
      FROM "table_3" AS "t1"
      WHERE
        "t1"."signal" IN ('gpc')
    ) AS "t3"
    GROUP BY
      1
  ) AS "t8"
    ON "t13"."subject" = "t8"."subject"
) AS "t14"
ORDER BY
  "t14"."subject" ASC

-- kept as temp.main.table_4
SELECT
  "t2"."subject",
  "t2"."subject_number"
FROM "table_5" AS "t2"
INNER JOIN "table_6" AS "t3"
  ON "t2"."class_id" = "t3"."class_id"

-- read
SELECT
  LICET_HASH_0(CAST("t5"."id" AS TEXT)) AS "id",
  "t5"."headline"
FROM (
  SELECT
    "t4"."id",
    "t4"."country",
    "t4"."born",
    "t4"."plan",
    "t4"."headline",
    "t4"."__licet_mask_0" AS "__licet_mask"
  FROM (
    SELECT
      "t2"."id",
      "t2"."country",
      "t2"."born",
      "t2"."plan",
      "t2"."headline",
      1 AS "__licet_mask_0"
    FROM "table_1" AS "t2"
    INNER JOIN "temp"."main"."table_4" AS "t3"
      ON "t2"."id" = "t3"."subject_number"
  ) AS "t4"
  WHERE
    "t4"."__licet_mask_0" <> 0
) AS "t5"

-- told row by row, to prepare the table
SELECT
  "t0"."__licet_row",
  COALESCE(CASE WHEN "t0"."id" BETWEEN 1 AND 3 THEN "t0"."id" - 1 ELSE 3 END, 3) AS "place"
FROM "table_7" AS "t0"
