-- purpose generative_ai_training, table letters: what Spark is asked, in order.

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

-- kept as table_8
SELECT
  `t3`.`subject`,
  `t3`.`subject_number`,
  `t3`.`region`,
  `t5`.`mask_0`,
  `t5`.`reason_0`
FROM `table_1` AS `t3`
INNER JOIN `table_6` AS `t4`
  ON `t3`.`region` IS NOT DISTINCT FROM `t4`.`class_region`
  AND `t3`.`age` IS NOT DISTINCT FROM `t4`.`class_age`
  AND `t3`.`plan` IS NOT DISTINCT FROM `t4`.`class_plan`
  AND `t3`.`state` = `t4`.`class_state`
  AND `t3`.`signals` = `t4`.`class_signals`
INNER JOIN `table_9` AS `t5`
  ON `t4`.`class_id` = `t5`.`class_id`

-- read
WITH `t6` AS (
  SELECT
    `t3`.`sender`,
    `t3`.`recipients`,
    `t3`.`body`,
    1 AS `__licet_mask_0`
  FROM `table_10` AS `t3`
  INNER JOIN `table_5` AS `t4`
    ON IF(
      CAST(TRY_CAST(`t3`.`sender` AS BIGINT) AS STRING) = `t3`.`sender`,
      TRY_CAST(`t3`.`sender` AS BIGINT),
      CAST(NULL AS BIGINT)
    ) = `t4`.`subject_number`
)
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
              ENCODE(`t17`.`sender`, 'UTF-8')
            ),
            256
          )
        )
      ),
      256
    ) AS `sender`,
    TRANSFORM(
      `t17`.`recipients`,
      __ibis_param_one__ -> SHA2(
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
                ENCODE(__ibis_param_one__, 'UTF-8')
              ),
              256
            )
          )
        ),
        256
      )
    ) AS `recipients`,
    `t17`.`body`
  FROM (
    SELECT
      `t16`.`sender`,
      `t16`.`recipients`,
      `t16`.`body`,
      `t16`.`__licet_mask_0` & `t16`.`__licet_mask_1` AS `__licet_mask`
    FROM (
      SELECT
        `t10`.`sender`,
        `t10`.`recipients`,
        `t10`.`body`,
        `t10`.`__licet_mask_0`,
        `t10`.`__licet_people_1`,
        COALESCE(`t15`.`mask`, 0) AS `__licet_mask_1`,
        CASE
          WHEN `t15`.`mask` IS NULL
          THEN 3
          WHEN `t15`.`denied`
          THEN `t15`.`denied_reason`
          ELSE -1
        END AS `__licet_reason_1`,
        IF(`t15`.`denied`, `t15`.`denied_region`, `t15`.`first_region`) AS `__licet_region_1`
      FROM (
        SELECT
          `t7`.`sender`,
          `t7`.`recipients`,
          `t7`.`body`,
          `t7`.`__licet_mask_0`,
          IF(
            SIZE(
              TRANSFORM(`t7`.`recipients`, __ibis_param_one__ -> COALESCE(__ibis_param_one__, '\037\037'))
            ) > 0,
            CONCAT_WS(
              '\037',
              TRANSFORM(`t7`.`recipients`, __ibis_param_one__ -> COALESCE(__ibis_param_one__, '\037\037'))
            ),
            NULL
          ) AS `__licet_people_1`
        FROM `t6` AS `t7`
      ) AS `t10`
      LEFT OUTER JOIN (
        SELECT
          `t13`.`__licet_people_1`,
          BIT_AND(`t13`.`mask`) AS `mask`,
          MIN_BY(
            IF(`t13`.`mask` = 0, `t13`.`reason`, NULL),
            IF(`t13`.`mask` = 0, `t13`.`position`, NULL)
          ) AS `denied_reason`,
          NULLIF(
            MIN_BY(
              IF(`t13`.`mask` = 0, `t13`.`region`, NULL),
              IF(`t13`.`mask` = 0, `t13`.`position`, NULL)
            ),
            '\037'
          ) AS `denied_region`,
          NULLIF(MIN_BY(`t13`.`region`, `t13`.`position`), '\037') AS `first_region`,
          BOOL_OR(`t13`.`mask` = 0) AS `denied`
        FROM (
          SELECT
            `t12`.`__licet_people_1`,
            COALESCE(`t12`.`position`, 0) AS `position`,
            COALESCE(`t5`.`mask_0`, 0) AS `mask`,
            COALESCE(`t5`.`reason_0`, 3) AS `reason`,
            COALESCE(`t5`.`region`, '\037') AS `region`
          FROM (
            SELECT
              `t9`.`__licet_people_1`,
              `table_11` AS `people`,
              `position`
            FROM (
              SELECT DISTINCT
                IF(
                  SIZE(
                    TRANSFORM(`t7`.`recipients`, __ibis_param_one__ -> COALESCE(__ibis_param_one__, '\037\037'))
                  ) > 0,
                  CONCAT_WS(
                    '\037',
                    TRANSFORM(`t7`.`recipients`, __ibis_param_one__ -> COALESCE(__ibis_param_one__, '\037\037'))
                  ),
                  NULL
                ) AS `__licet_people_1`,
                `t7`.`recipients` AS `people`
              FROM `t6` AS `t7`
            ) AS `t9`
            LATERAL VIEW
            POSEXPLODE_OUTER(`t9`.`people`) AS `position`, `table_11`
          ) AS `t12`
          LEFT OUTER JOIN `table_8` AS `t5`
            ON `t12`.`people` = `t5`.`subject`
        ) AS `t13`
        GROUP BY
          1
      ) AS `t15`
        ON `t10`.`__licet_people_1` = `t15`.`__licet_people_1`
    ) AS `t16`
    WHERE
      (
        `t16`.`__licet_mask_0` & `t16`.`__licet_mask_1`
      ) <> 0
  ) AS `t17`
) AS `t18`
WHERE
  MONOTONICALLY_INCREASING_ID() >= 0
