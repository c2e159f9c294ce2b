-- purpose recommendation, table posts: what DuckDB is asked, in order.

-- told row by row
SELECT
  "t10"."subject",
  "t10"."region",
  "t10"."plan",
  "t10"."subject_number",
  "t10"."age",
  "t10"."state",
  '' AS "signals"
FROM (
  SELECT
    "t9"."subject",
    "t9"."region",
    "t9"."plan",
    "t9"."subject_number",
    "t9"."age",
    COALESCE("t5"."state", '') AS "state"
  FROM (
    SELECT
      "t7".*
      EXCLUDE ("lived")
    FROM (
      SELECT
        "t6"."subject",
        "t6"."region",
        "t6"."lived",
        "t6"."plan",
        "t6"."subject_number",
        CASE WHEN "t6"."lived" >= 0 THEN 0 ELSE CAST(NULL AS BIGINT) END AS "age"
      FROM (
        SELECT
          "t3"."subject",
          CASE
            WHEN (
              MIN("t3"."region") = MAX("t3"."region")
            )
            AND (
              COUNT("t3"."region") = COUNT(*)
            )
            THEN MIN("t3"."region")
            ELSE CAST(NULL AS TEXT)
          END AS "region",
          CASE
            WHEN (
              MIN("t3"."lived") = MAX("t3"."lived")
            )
            AND (
              COUNT("t3"."lived") = COUNT(*)
            )
            THEN MIN("t3"."lived")
            ELSE CAST(NULL AS BIGINT)
          END AS "lived",
          CASE
            WHEN (
              MIN("t3"."plan") = MAX("t3"."plan")
            ) AND (
              COUNT("t3"."plan") = COUNT(*)
            )
            THEN MIN("t3"."plan")
            ELSE CAST(NULL AS TEXT)
          END AS "plan",
          CAST(MIN("t3"."subject") AS BIGINT) AS "subject_number"
        FROM (
          SELECT
            CAST("t1"."id" AS TEXT) AS "subject",
            "t1"."country" AS "region",
            CAST(NULL AS BIGINT) AS "lived",
            "t1"."plan"
          FROM "table_1" AS "t1"
          WHERE
            NOT CAST("t1"."id" AS TEXT) IS NULL
        ) AS "t3"
        GROUP BY
          1
      ) AS "t6"
    ) AS "t7"
  ) AS "t9"
  LEFT OUTER JOIN (
    SELECT
      "t2"."subject",
      LISTAGG("t2"."token", ''
      ORDER BY
        "t2"."token" ASC) AS "state"
    FROM (
      SELECT
        "t0"."subject",
        "t0"."setting",
        "t0"."category",
        "t0"."state",
        CONCAT_WS('', "t0"."setting", '=', COALESCE("t0"."category", ''), '=', "t0"."state") AS "token"
      FROM "table_2" AS "t0"
      WHERE
        "t0"."setting" IN ('*')
    ) AS "t2"
    GROUP BY
      1
  ) AS "t5"
    ON "t9"."subject" = "t5"."subject"
) AS "t10"
ORDER BY
  "t10"."subject" ASC

-- kept as temp.main.table_3
SELECT
  "t2"."subject",
  "t2"."subject_number",
  "t3"."mask_0",
  "t3"."mask_1",
  "t3"."mask_2",
  "t3"."mask_3",
  "t3"."mask_4",
  "t3"."mask_5",
  "t3"."mask_6",
  "t3"."mask_7",
  "t3"."mask_8"
FROM "table_4" AS "t2"
INNER JOIN "table_5" AS "t3"
  ON "t2"."class_id" = "t3"."class_id"

-- read
SELECT
  LICET_HASH_0(CAST("t7"."post" AS TEXT)) AS "post",
  LICET_HASH_1(CAST("t7"."author" AS TEXT)) AS "author",
  CASE
    WHEN (
      "t7"."__licet_mask" & 1
    ) <> 0
    THEN "t7"."body"
    ELSE CAST(NULL AS TEXT)
  END AS "body",
  CASE
    WHEN (
      "t7"."__licet_mask" & 2
    ) <> 0
    THEN "t7"."byline"
    ELSE CAST(NULL AS TEXT)
  END AS "byline"
FROM (
  SELECT
    "t6"."post",
    "t6"."author",
    "t6"."posted_at",
    "t6"."audience",
    "t6"."body",
    "t6"."byline",
    "t6"."draft",
    "t6"."__licet_mask_0" AS "__licet_mask"
  FROM (
    SELECT
      "t5"."post",
      "t5"."author",
      "t5"."posted_at",
      "t5"."audience",
      "t5"."body",
      "t5"."byline",
      "t5"."draft",
      "t5"."__licet_row_class",
      CASE
        WHEN "t5"."__licet_row_class" = 0
        THEN "t2"."mask_0"
        WHEN "t5"."__licet_row_class" = 1
        THEN "t2"."mask_1"
        WHEN "t5"."__licet_row_class" = 2
        THEN "t2"."mask_2"
        WHEN "t5"."__licet_row_class" = 3
        THEN "t2"."mask_3"
        WHEN "t5"."__licet_row_class" = 4
        THEN "t2"."mask_4"
        WHEN "t5"."__licet_row_class" = 5
        THEN "t2"."mask_5"
        WHEN "t5"."__licet_row_class" = 6
        THEN "t2"."mask_6"
        WHEN "t5"."__licet_row_class" = 7
        THEN "t2"."mask_7"
        WHEN "t5"."__licet_row_class" = 8
        THEN "t2"."mask_8"
        ELSE 0
      END AS "__licet_mask_0"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t1"."post",
          "t1"."author",
          "t1"."posted_at",
          "t1"."audience",
          "t1"."body",
          "t1"."byline",
          "t1"."draft",
          (
            CASE
              WHEN "t1"."audience" = 'public'
              THEN 0
              WHEN "t1"."audience" IN ('connections', 'followers', 'friends', 'group', 'members', 'private', 'unlisted')
              THEN 1
              ELSE 2
            END * 3
          ) + CASE
            WHEN NOT (
              (
                NOT CAST("t1"."posted_at" AS TIMESTAMP) IS NULL
              )
              AND CAST("t1"."posted_at" AS TIMESTAMP) BETWEEN MAKE_TIMESTAMP(1, 1, 1, 0, 0, 0.0) AND MAKE_TIMESTAMP(9999, 12, 31, 23, 59, 59.999999)
            )
            THEN 2
            WHEN CAST("t1"."posted_at" AS TIMESTAMP) >= MAKE_TIMESTAMP(2025, 1, 1, 0, 0, 0.0)
            THEN 1
            ELSE 0
          END AS "__licet_row_class"
        FROM "table_6" AS "t1"
      ) AS "t3"
      WHERE
        "t3"."__licet_row_class" IN (0, 1, 2, 3, 4, 5, 6, 7, 8)
    ) AS "t5"
    INNER JOIN "temp"."main"."table_3" AS "t2"
      ON "t5"."author" = "t2"."subject_number"
  ) AS "t6"
  WHERE
    "t6"."__licet_mask_0" <> 0
) AS "t7"

-- told row by row, to prepare the table
SELECT
  "t0"."__licet_row",
  (
    CASE
      WHEN "t0"."audience" = 'public'
      THEN 0
      WHEN "t0"."audience" IN ('connections', 'followers', 'friends', 'group', 'members', 'private', 'unlisted')
      THEN 1
      ELSE 2
    END * 3
  ) + CASE
    WHEN NOT (
      (
        NOT CAST("t0"."posted_at" AS TIMESTAMP) IS NULL
      )
      AND CAST("t0"."posted_at" AS TIMESTAMP) BETWEEN MAKE_TIMESTAMP(1, 1, 1, 0, 0, 0.0) AND MAKE_TIMESTAMP(9999, 12, 31, 23, 59, 59.999999)
    )
    THEN 2
    WHEN CAST("t0"."posted_at" AS TIMESTAMP) >= MAKE_TIMESTAMP(2025, 1, 1, 0, 0, 0.0)
    THEN 1
    ELSE 0
  END AS "kind"
FROM "table_7" AS "t0"

-- told row by row, to prepare the table
SELECT
  "t0"."__licet_row",
  COALESCE(CASE WHEN "t0"."author" BETWEEN 1 AND 3 THEN "t0"."author" - 1 ELSE 3 END, 3) AS "place"
FROM "table_7" AS "t0"
