-- purpose recommendation, table posts: what Spark is asked, in order.

-- kept as table_1
SELECT
  `t10`.`subject`,
  `t10`.`region`,
  `t10`.`plan`,
  `t10`.`subject_number`,
  `t10`.`age`,
  `t10`.`state`,
  '' AS `signals`
FROM (
  SELECT
    `t9`.`subject`,
    `t9`.`region`,
    `t9`.`plan`,
    `t9`.`subject_number`,
    `t9`.`age`,
    COALESCE(`t5`.`state`, '') AS `state`
  FROM (
    SELECT
      `t7`.`subject`,
      `t7`.`region`,
      `t7`.`plan`,
      `t7`.`subject_number`,
      `t7`.`age`
    FROM (
      SELECT
        `t6`.`subject`,
        `t6`.`region`,
        `t6`.`lived`,
        `t6`.`plan`,
        `t6`.`subject_number`,
        CASE WHEN `t6`.`lived` >= 0 THEN 0 ELSE CAST(NULL AS BIGINT) END AS `age`
      FROM (
        SELECT
          `t3`.`subject`,
          IF(
            (
              MIN(`t3`.`region`) = MAX(`t3`.`region`)
            )
            AND (
              COUNT(`t3`.`region`) = COUNT(*)
            ),
            MIN(`t3`.`region`),
            CAST(NULL AS STRING)
          ) AS `region`,
          IF(
            (
              MIN(`t3`.`lived`) = MAX(`t3`.`lived`)
            )
            AND (
              COUNT(`t3`.`lived`) = COUNT(*)
            ),
            MIN(`t3`.`lived`),
            CAST(NULL AS BIGINT)
          ) AS `lived`,
          IF(
            (
              MIN(`t3`.`plan`) = MAX(`t3`.`plan`)
            ) AND (
              COUNT(`t3`.`plan`) = COUNT(*)
            ),
            MIN(`t3`.`plan`),
            CAST(NULL AS STRING)
          ) AS `plan`,
          CAST(MIN(`t3`.`subject`) AS BIGINT) AS `subject_number`
        FROM (
          SELECT
            CAST(`t1`.`id` AS STRING) AS `subject`,
            `t1`.`country` AS `region`,
            CAST(NULL AS BIGINT) AS `lived`,
            `t1`.`plan`
          FROM `table_2` AS `t1`
          WHERE
            NOT CAST(`t1`.`id` AS STRING) IS NULL
        ) AS `t3`
        GROUP BY
          1
      ) AS `t6`
    ) AS `t7`
  ) AS `t9`
  LEFT OUTER JOIN (
    SELECT
      `t2`.`subject`,
      IF(
        SIZE(ARRAY_SORT(COLLECT_LIST(`t2`.`token`))) = 0,
        NULL,
        ARRAY_JOIN(ARRAY_SORT(COLLECT_LIST(`t2`.`token`)), '\037')
      ) AS `state`
    FROM (
      SELECT
        `t0`.`subject`,
        `t0`.`setting`,
        `t0`.`category`,
        `t0`.`state`,
        CONCAT_WS('', `t0`.`setting`, '=', COALESCE(`t0`.`category`, ''), '=', `t0`.`state`) AS `token`
      FROM `table_3` AS `t0`
      WHERE
        `t0`.`setting` IN ('*')
    ) AS `t2`
    GROUP BY
      1
  ) AS `t5`
    ON `t9`.`subject` = `t5`.`subject`
) AS `t10`

-- kept as table_4
SELECT
  `t3`.`subject_number`,
  `t5`.`mask_0`,
  `t5`.`mask_1`,
  `t5`.`mask_2`,
  `t5`.`mask_3`,
  `t5`.`mask_4`,
  `t5`.`mask_5`,
  `t5`.`mask_6`,
  `t5`.`mask_7`,
  `t5`.`mask_8`
FROM `table_1` AS `t3`
INNER JOIN `table_5` AS `t4`
  ON `t3`.`region` IS NOT DISTINCT FROM `t4`.`class_region`
  AND `t3`.`age` IS NOT DISTINCT FROM `t4`.`class_age`
  AND `t3`.`plan` IS NOT DISTINCT FROM `t4`.`class_plan`
  AND `t3`.`state` = `t4`.`class_state`
  AND `t3`.`signals` = `t4`.`class_signals`
INNER JOIN `table_6` AS `t5`
  ON `t4`.`class_id` = `t5`.`class_id`

-- read
SELECT
  *
FROM (
  SELECT
    SHA2(
      CONCAT(
        UNHEX(
          'ef50c600607fdf048bfdb4c78f18b7c3ad36d2decfa545c4111cab3865a226865c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c'
        ),
        UNHEX(
          SHA2(
            CONCAT(
              UNHEX(
                '853aac6a0a15b56ee197deade572dda9c75cb8b4a5cf2fae7b76c1520fc84cec3636363636363636363636363636363636363636363636363636363636363636'
              ),
              ENCODE(CAST(`t7`.`post` AS STRING), 'UTF-8')
            ),
            256
          )
        )
      ),
      256
    ) AS `post`,
    SHA2(
      CONCAT(
        UNHEX(
          'fc0200df10b3bce1449914ca958e77a9e803b5e2d239e917bc3c6c3d2cfbf4945c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c'
        ),
        UNHEX(
          SHA2(
            CONCAT(
              UNHEX(
                '96686ab57ad9d68b2ef37ea0ffe41dc38269df88b853837dd656065746919efe3636363636363636363636363636363636363636363636363636363636363636'
              ),
              ENCODE(CAST(`t7`.`author` AS STRING), 'UTF-8')
            ),
            256
          )
        )
      ),
      256
    ) AS `author`,
    IF((
      `t7`.`__licet_mask` & 1
    ) <> 0, `t7`.`body`, CAST(NULL AS STRING)) AS `body`,
    IF((
      `t7`.`__licet_mask` & 2
    ) <> 0, `t7`.`byline`, CAST(NULL AS STRING)) AS `byline`
  FROM (
    SELECT
      `t6`.`post`,
      `t6`.`author`,
      `t6`.`posted_at`,
      `t6`.`audience`,
      `t6`.`body`,
      `t6`.`byline`,
      `t6`.`draft`,
      `t6`.`__licet_mask_0` AS `__licet_mask`
    FROM (
      SELECT
        `t5`.`post`,
        `t5`.`author`,
        `t5`.`posted_at`,
        `t5`.`audience`,
        `t5`.`body`,
        `t5`.`byline`,
        `t5`.`draft`,
        `t5`.`__licet_row_class`,
        CASE
          WHEN `t5`.`__licet_row_class` = 0
          THEN `t2`.`mask_0`
          WHEN `t5`.`__licet_row_class` = 1
          THEN `t2`.`mask_1`
          WHEN `t5`.`__licet_row_class` = 2
          THEN `t2`.`mask_2`
          WHEN `t5`.`__licet_row_class` = 3
          THEN `t2`.`mask_3`
          WHEN `t5`.`__licet_row_class` = 4
          THEN `t2`.`mask_4`
          WHEN `t5`.`__licet_row_class` = 5
          THEN `t2`.`mask_5`
          WHEN `t5`.`__licet_row_class` = 6
          THEN `t2`.`mask_6`
          WHEN `t5`.`__licet_row_class` = 7
          THEN `t2`.`mask_7`
          WHEN `t5`.`__licet_row_class` = 8
          THEN `t2`.`mask_8`
          ELSE 0
        END AS `__licet_mask_0`
      FROM (
        SELECT
          *
        FROM (
          SELECT
            `t1`.`post`,
            `t1`.`author`,
            `t1`.`posted_at`,
            `t1`.`audience`,
            `t1`.`body`,
            `t1`.`byline`,
            `t1`.`draft`,
            (
              CASE
                WHEN `t1`.`audience` = 'public'
                THEN 0
                WHEN `t1`.`audience` IN ('connections', 'followers', 'friends', 'group', 'members', 'private', 'unlisted')
                THEN 1
                ELSE 2
              END * 3
            ) + CASE
              WHEN NOT (
                (
                  NOT CAST(`t1`.`posted_at` AS TIMESTAMP) IS NULL
                )
                AND CAST(`t1`.`posted_at` AS TIMESTAMP) BETWEEN CAST('0001-01-01T00:00:00' AS TIMESTAMP) AND CAST('9999-12-31T23:59:59.999999' AS TIMESTAMP)
              )
              THEN 2
              WHEN CAST(`t1`.`posted_at` AS TIMESTAMP) >= CAST('2025-01-01T00:00:00' AS TIMESTAMP)
              THEN 1
              ELSE 0
            END AS `__licet_row_class`
          FROM `table_7` AS `t1`
        ) AS `t3`
        WHERE
          `t3`.`__licet_row_class` IN (0, 1, 2, 3, 4, 5, 6, 7, 8)
      ) AS `t5`
      INNER JOIN `table_4` AS `t2`
        ON `t5`.`author` = `t2`.`subject_number`
    ) AS `t6`
    WHERE
      `t6`.`__licet_mask_0` <> 0
  ) AS `t7`
) AS `t8`
WHERE
  MONOTONICALLY_INCREASING_ID() >= 0
