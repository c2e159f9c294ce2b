-- purpose generative_ai_training, table letters: what DuckDB is asked, in order.

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

-- kept as temp.main.table_7
SELECT
  "t2"."subject",
  "t2"."subject_number",
  "t2"."region",
  "t3"."mask_0",
  "t3"."reason_0"
FROM "table_5" AS "t2"
INNER JOIN "table_8" AS "t3"
  ON "t2"."class_id" = "t3"."class_id"

-- read
WITH "t6" AS (
  SELECT
    "t3"."sender",
    "t3"."recipients",
    "t3"."body",
    1 AS "__licet_mask_0"
  FROM "table_9" AS "t3"
  INNER JOIN "temp"."main"."table_4" AS "t4"
    ON "t3"."sender" = "t4"."subject"
)
SELECT
  LICET_HASH_0("t17"."sender") AS "sender",
  LIST_APPLY("t17"."recipients", LAMBDA __ibis_param_one__ : LICET_HASH_0(__ibis_param_one__)) AS "recipients",
  "t17"."body"
FROM (
  SELECT
    "t16"."sender",
    "t16"."recipients",
    "t16"."body",
    "t16"."__licet_mask_0" & "t16"."__licet_mask_1" AS "__licet_mask"
  FROM (
    SELECT
      "t10"."sender",
      "t10"."recipients",
      "t10"."body",
      "t10"."__licet_mask_0",
      "t10"."__licet_people_1",
      COALESCE("t15"."mask", 0) AS "__licet_mask_1",
      CASE
        WHEN "t15"."mask" IS NULL
        THEN 3
        WHEN "t15"."denied"
        THEN "t15"."denied_reason"
        ELSE -1
      END AS "__licet_reason_1",
      CASE WHEN "t15"."denied" THEN "t15"."denied_region" ELSE "t15"."first_region" END AS "__licet_region_1"
    FROM (
      SELECT
        "t7"."sender",
        "t7"."recipients",
        "t7"."body",
        "t7"."__licet_mask_0",
        ARRAY_TO_STRING(
          LIST_APPLY("t7"."recipients", LAMBDA __ibis_param_one__ : COALESCE(__ibis_param_one__, '')),
          ''
        ) AS "__licet_people_1"
      FROM "t6" AS "t7"
    ) AS "t10"
    LEFT OUTER JOIN (
      SELECT
        "t13"."__licet_people_1",
        BIT_AND("t13"."mask") AS "mask",
        FIRST("t13"."reason" ORDER BY "t13"."position") FILTER(WHERE
          "t13"."mask" = 0) AS "denied_reason",
        NULLIF(
          FIRST("t13"."region" ORDER BY "t13"."position") FILTER(WHERE
            "t13"."mask" = 0),
          ''
        ) AS "denied_region",
        NULLIF(FIRST("t13"."region" ORDER BY "t13"."position"), '') AS "first_region",
        BOOL_OR(CAST("t13"."mask" = 0 AS BOOLEAN)) AS "denied"
      FROM (
        SELECT
          "t12"."__licet_people_1",
          COALESCE("t12"."position", 0) AS "position",
          COALESCE("t5"."mask_0", 0) AS "mask",
          COALESCE("t5"."reason_0", 3) AS "reason",
          COALESCE("t5"."region", '') AS "region"
        FROM (
          SELECT
            "t9".*
            REPLACE (STRUCT_EXTRACT("table_10", 1) AS "people"),
            STRUCT_EXTRACT("table_10", 2) AS "position"
          FROM (
            SELECT DISTINCT
              ARRAY_TO_STRING(
                LIST_APPLY("t7"."recipients", LAMBDA __ibis_param_one__ : COALESCE(__ibis_param_one__, '')),
                ''
              ) AS "__licet_people_1",
              "t7"."recipients" AS "people"
            FROM "t6" AS "t7"
          ) AS "t9"
          LEFT JOIN UNNEST(LIST_ZIP("t9"."people", RANGE(0, LENGTH("t9"."people")))) AS "table_11"("table_10")
            ON TRUE
        ) AS "t12"
        LEFT OUTER JOIN "temp"."main"."table_7" AS "t5"
          ON "t12"."people" = "t5"."subject"
      ) AS "t13"
      GROUP BY
        1
    ) AS "t15"
      ON "t10"."__licet_people_1" = "t15"."__licet_people_1"
  ) AS "t16"
  WHERE
    (
      "t16"."__licet_mask_0" & "t16"."__licet_mask_1"
    ) <> 0
) AS "t17"

-- told row by row, to prepare the table
SELECT
  "t2"."__licet_row",
  COALESCE("t3"."no", -1) AS "no"
FROM "table_12" AS "t2"
LEFT OUTER JOIN "table_13" AS "t3"
  ON "t2"."sender" = "t3"."subject"

-- told row by row, to prepare the table
SELECT
  "t0"."__licet_row",
  LIST_APPLY("t0"."recipients", LAMBDA __ibis_param_one__ : __ibis_param_one__) AS "text"
FROM "table_12" AS "t0"
