-- purpose generative_ai_training, table members: what Spark is asked, in order.

-- kept as table_1
SELECT
  `t13`.`subject`,
  `t13`.`region`,
  `t13`.`plan`,
  `t13`.`subject_number`,
  `t13`.`age`,
  COALESCE(`t9`.`state`, '') AS `state`,
  COALESCE(`t8`.`signals`, '') AS `signals`
FROM (
  SELECT
    `t11`.`subject`,
    `t11`.`region`,
    `t11`.`plan`,
    `t11`.`subject_number`,
    `t11`.`age`
  FROM (
    SELECT
      `t10`.`subject`,
      `t10`.`region`,
      `t10`.`lived`,
      `t10`.`plan`,
      `t10`.`subject_number`,
      CASE
        WHEN `t10`.`lived` <= MAKE_DATE(1904, 12, 31)
        THEN 121
        WHEN `t10`.`lived` <= MAKE_DATE(2007, 12, 31)
        THEN 18
        WHEN `t10`.`lived` <= MAKE_DATE(2025, 12, 31)
        THEN 0
        ELSE CAST(NULL AS BIGINT)
      END AS `age`
    FROM (
      SELECT
        `t5`.`subject`,
        IF(
          (
            MIN(`t5`.`region`) = MAX(`t5`.`region`)
          )
          AND (
            COUNT(`t5`.`region`) = COUNT(*)
          ),
          MIN(`t5`.`region`),
          CAST(NULL AS STRING)
        ) AS `region`,
        IF(
          (
            MIN(`t5`.`lived`) = MAX(`t5`.`lived`)
          )
          AND (
            COUNT(`t5`.`lived`) = COUNT(*)
          ),
          MIN(`t5`.`lived`),
          CAST(NULL AS DATE)
        ) AS `lived`,
        IF(
          (
            MIN(`t5`.`plan`) = MAX(`t5`.`plan`)
          ) AND (
            COUNT(`t5`.`plan`) = COUNT(*)
          ),
          MIN(`t5`.`plan`),
          CAST(NULL AS STRING)
        ) AS `plan`,
        CAST(MIN(`t5`.`subject`) AS BIGINT) AS `subject_number`
      FROM (
        SELECT
          CAST(`t2`.`id` AS STRING) AS `subject`,
          `t2`.`country` AS `region`,
          IF(
            `t2`.`born` BETWEEN MAKE_DATE(1, 1, 1) AND MAKE_DATE(9999, 12, 31),
            `t2`.`born`,
            CAST(NULL AS DATE)
          ) AS `lived`,
          CAST(NULL AS STRING) AS `plan`
        FROM `table_2` AS `t2`
        WHERE
          NOT CAST(`t2`.`id` AS STRING) IS NULL
      ) AS `t5`
      GROUP BY
        1
    ) AS `t10`
  ) AS `t11`
) AS `t13`
LEFT OUTER JOIN (
  SELECT
    `t4`.`subject`,
    IF(
      SIZE(ARRAY_SORT(COLLECT_LIST(`t4`.`token`))) = 0,
      NULL,
      ARRAY_JOIN(ARRAY_SORT(COLLECT_LIST(`t4`.`token`)), '\037')
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
      `t0`.`setting` IN ('*', 'ai')
  ) AS `t4`
  GROUP BY
    1
) AS `t9`
  ON `t13`.`subject` = `t9`.`subject`
LEFT OUTER JOIN (
  SELECT
    `t3`.`subject`,
    IF(
      SIZE(ARRAY_SORT(COLLECT_LIST(`t3`.`token`))) = 0,
      NULL,
      ARRAY_JOIN(ARRAY_SORT(COLLECT_LIST(`t3`.`token`)), '\037')
    ) AS `signals`
  FROM (
    SELECT
      `t1`.`subject`,
      `t1`.`signal`,
      `t1`.`signal` AS `token`
    FROM `table_4` AS `t1`
    WHERE
      `t1`.`signal` IN ('gpc')
  ) AS `t3`
  GROUP BY
    1
) AS `t8`
  ON `t13`.`subject` = `t8`.`subject`

-- kept as table_5
SELECT
  `t3`.`subject_number`
FROM `table_1` AS `t3`
INNER JOIN `table_6` AS `t4`
  ON `t3`.`region` IS NOT DISTINCT FROM `t4`.`class_region`
  AND `t3`.`age` IS NOT DISTINCT FROM `t4`.`class_age`
  AND `t3`.`plan` IS NOT DISTINCT FROM `t4`.`class_plan`
  AND `t3`.`state` = `t4`.`class_state`
  AND `t3`.`signals` = `t4`.`class_signals`
INNER JOIN `table_7` AS `t5`
  ON `t4`.`class_id` = `t5`.`class_id`

-- read
SELECT
  *
FROM (
  SELECT
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
              ENCODE(CAST(`t5`.`id` AS STRING), 'UTF-8')
            ),
            256
          )
        )
      ),
      256
    ) AS `id`,
    `t5`.`headline`
  FROM (
    SELECT
      `t4`.`id`,
      `t4`.`country`,
      `t4`.`born`,
      `t4`.`plan`,
      `t4`.`headline`,
      `t4`.`__licet_mask_0` AS `__licet_mask`
    FROM (
      SELECT
        `t2`.`id`,
        `t2`.`country`,
        `t2`.`born`,
        `t2`.`plan`,
        `t2`.`headline`,
        1 AS `__licet_mask_0`
      FROM `table_2` AS `t2`
      INNER JOIN `table_5` AS `t3`
        ON `t2`.`id` = `t3`.`subject_number`
    ) AS `t4`
    WHERE
      `t4`.`__licet_mask_0` <> 0
  ) AS `t5`
) AS `t6`
WHERE
  MONOTONICALLY_INCREASING_ID() >= 0
