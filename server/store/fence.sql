-- Views before the tables: what one reader may see of them. `fence` fills the three tables.

CREATE TEMP TABLE reader (member TEXT NOT NULL);

-- What each member shows the reader at most: none, name or all.
CREATE TEMP TABLE shows (member TEXT PRIMARY KEY, level TEXT NOT NULL) WITHOUT ROWID;

-- The properties that others see: with a name alone or with all, and of which they may suggest changes.
CREATE TEMP TABLE travels (
    property TEXT PRIMARY KEY, level TEXT NOT NULL, suggestible INTEGER NOT NULL
) WITHOUT ROWID;

-- Cards that are the reader's own or that their keeper means for them, with how much of them, and
-- whether they are among those that a household shares: no group, and in the book of the household.
CREATE TEMP VIEW meant_card AS
SELECT
    one.id,
    CASE
        WHEN one.member = reader.member THEN 'own'
        WHEN shows.level = 'name' AND EXISTS (
            SELECT 1 FROM main.shown_card AS whole
            WHERE whole.card = one.id AND whole.member = reader.member
        ) THEN 'all'
        ELSE shows.level
    END AS level,
    one.member = reader.member OR (
        one.kind <> 'group' AND one.book IN (SELECT id FROM main.book WHERE name = 'contacts')
    ) AS is_there
FROM main.card AS one
JOIN temp.reader
JOIN temp.shows ON shows.member = one.member
WHERE one.member = reader.member OR (
    shows.level <> 'none' AND (
        one.visibility = 'shared' OR (
            one.visibility = 'members' AND EXISTS (
                SELECT 1 FROM main.card_member AS named
                WHERE named.card = one.id AND named.member = reader.member
            )
        )
    )
);

CREATE TEMP VIEW meant_fact AS
SELECT one.id, one.property, one.source, card.level, card.is_there
FROM main.fact AS one
JOIN temp.reader
JOIN temp.meant_card AS card ON card.id = one.card
WHERE card.level = 'own' OR one.visibility = 'shared' OR (
    one.visibility = 'members' AND EXISTS (
        SELECT 1 FROM main.fact_member AS named
        WHERE named.fact = one.id AND named.member = reader.member
    )
);

CREATE TEMP VIEW card AS
SELECT one.* FROM main.card AS one
WHERE EXISTS (SELECT 1 FROM temp.meant_card AS meant WHERE meant.id = one.id AND meant.is_there);

-- A copied value is seen as far as every fact that it came from is (design rule R6); most came from
-- one that was typed, which is asked first.
CREATE TEMP VIEW fact AS
SELECT one.* FROM main.fact AS one
WHERE EXISTS (
    SELECT 1 FROM temp.meant_fact AS meant
    LEFT JOIN temp.travels ON travels.property = meant.property
    WHERE meant.id = one.id AND meant.is_there AND (
        meant.level = 'own'
        OR (meant.level = 'name' AND travels.level = 'name')
        OR (
            meant.level = 'all' AND travels.level IS NOT NULL AND (
                one.source IS NULL
                OR EXISTS (
                    SELECT 1 FROM temp.meant_fact AS typed
                    WHERE typed.id = one.source AND typed.source IS NULL
                    AND typed.level IN ('own', 'all')
                )
                OR NOT EXISTS (
                    WITH RECURSIVE origin (id) AS (
                        SELECT one.source
                        UNION
                        SELECT before.source FROM origin
                        JOIN main.fact AS before ON before.id = origin.id
                        WHERE before.source IS NOT NULL
                    )
                    SELECT 1 FROM origin
                    WHERE NOT EXISTS (
                        SELECT 1 FROM temp.meant_fact AS first_said
                        WHERE first_said.id = origin.id AND first_said.level IN ('own', 'all')
                    )
                )
            )
        )
    )
);

-- Of somebody else's card the writes that brought, changed or ended a value that is seen.
CREATE TEMP VIEW card_version AS
SELECT one.* FROM main.card_version AS one
WHERE EXISTS (SELECT 1 FROM temp.meant_card AS card WHERE card.id = one.card AND card.level = 'own')
OR EXISTS (
    SELECT 1 FROM temp.fact
    WHERE fact.card = one.card AND one.act IN (fact.first, fact.last, fact.gone)
);

-- What is known of two cards, by whoever sees both whole.
CREATE TEMP VIEW link AS
SELECT one.* FROM main.link AS one
JOIN temp.reader ON one.scope IN ('', reader.member)
WHERE EXISTS (
    SELECT 1 FROM temp.meant_card AS meant
    WHERE meant.id = one.card_a AND meant.is_there AND meant.level IN ('own', 'all')
)
AND EXISTS (
    SELECT 1 FROM temp.meant_card AS meant
    WHERE meant.id = one.card_b AND meant.is_there AND meant.level IN ('own', 'all')
);

-- Whoever sees a value sees its card. A step that changed no value is seen by whoever sees what it came from.
CREATE TEMP VIEW operation AS
SELECT one.* FROM main.operation AS one
WHERE (
    one.fact_before IS NULL OR EXISTS (SELECT 1 FROM temp.fact WHERE fact.id = one.fact_before)
)
AND (
    one.fact_after IS NULL OR EXISTS (SELECT 1 FROM temp.fact WHERE fact.id = one.fact_after)
)
AND (
    coalesce(one.fact_before, one.fact_after) IS NOT NULL
    OR (
        EXISTS (SELECT 1 FROM temp.card WHERE card.id = one.card)
        AND EXISTS (SELECT 1 FROM temp.fact WHERE fact.id = one.origin)
    )
);

-- Those that the reader made, and those that were made to their own cards.
CREATE TEMP VIEW suggestion AS
SELECT one.* FROM main.suggestion AS one
JOIN temp.reader
WHERE one.author = reader.member OR (
    EXISTS (
        SELECT 1 FROM main.card
        WHERE card.id = one.card AND card.member = reader.member
    )
    AND EXISTS (
        SELECT 1 FROM temp.travels
        WHERE travels.property = one.property AND travels.suggestible
    )
);

CREATE TEMP VIEW slot AS
SELECT one.* FROM main.slot AS one JOIN temp.reader ON reader.member = one.member;

CREATE TEMP VIEW hidden AS
SELECT one.* FROM main.hidden AS one JOIN temp.reader ON reader.member = one.member;
