-- Written by `python -m server.store.hot` from `schema.py`, which says why; never by hand.
CREATE TABLE job (
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    failed INTEGER,
    sentence TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_job PRIMARY KEY (name)
) STRICT;
CREATE TABLE lease (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires INTEGER NOT NULL,
    CONSTRAINT pk_lease PRIMARY KEY (name)
) STRICT;
CREATE TABLE member (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    shares TEXT NOT NULL,
    password_hash TEXT,
    joined INTEGER NOT NULL,
    gone INTEGER,
    paused INTEGER,
    CONSTRAINT pk_member PRIMARY KEY (id)
) STRICT;
CREATE TABLE question (
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT pk_question PRIMARY KEY ("key")
) STRICT;
CREATE TABLE setting (
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY ("key")
) STRICT;
CREATE TABLE text (
    id INTEGER NOT NULL,
    hash BLOB NOT NULL,
    safe INTEGER NOT NULL,
    octets BLOB NOT NULL,
    CONSTRAINT pk_text PRIMARY KEY (id),
    CONSTRAINT uq_text_hash UNIQUE (hash)
) STRICT;
CREATE TABLE book (
    id INTEGER NOT NULL,
    member TEXT NOT NULL,
    name TEXT NOT NULL,
    displayname TEXT NOT NULL,
    properties TEXT DEFAULT '{}' NOT NULL,
    gone INTEGER,
    CONSTRAINT pk_book PRIMARY KEY (id),
    CONSTRAINT fk_book_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE device (
    id INTEGER NOT NULL,
    member TEXT NOT NULL,
    label TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    read_only INTEGER DEFAULT '0' NOT NULL,
    speaks_4 INTEGER DEFAULT '0' NOT NULL,
    user_agent TEXT DEFAULT '' NOT NULL,
    created INTEGER NOT NULL,
    last_seen INTEGER,
    revoked INTEGER,
    CONSTRAINT pk_device PRIMARY KEY (id),
    CONSTRAINT fk_device_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE gauge (
    member TEXT NOT NULL,
    day TEXT NOT NULL,
    chance INTEGER,
    people INTEGER NOT NULL,
    known INTEGER NOT NULL,
    fresh INTEGER,
    ageing INTEGER,
    CONSTRAINT pk_gauge PRIMARY KEY (member, day),
    CONSTRAINT fk_gauge_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE question_member (
    member TEXT NOT NULL,
    question TEXT NOT NULL,
    CONSTRAINT pk_question_member PRIMARY KEY (member, question),
    CONSTRAINT fk_question_member_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_question_member_question FOREIGN KEY(question) REFERENCES question ("key") ON DELETE CASCADE
) STRICT;
CREATE TABLE session (
    token_hash BLOB NOT NULL,
    member TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    CONSTRAINT pk_session PRIMARY KEY (token_hash),
    CONSTRAINT fk_session_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE setup_link (
    token_hash BLOB NOT NULL,
    member TEXT NOT NULL,
    expires INTEGER NOT NULL,
    used INTEGER,
    CONSTRAINT pk_setup_link PRIMARY KEY (token_hash),
    CONSTRAINT fk_setup_link_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE share (
    from_member TEXT NOT NULL,
    to_member TEXT NOT NULL,
    level TEXT NOT NULL,
    CONSTRAINT pk_share PRIMARY KEY (from_member, to_member),
    CONSTRAINT fk_share_from_member FOREIGN KEY(from_member) REFERENCES member (id),
    CONSTRAINT fk_share_to_member FOREIGN KEY(to_member) REFERENCES member (id)
) STRICT;
CREATE TABLE act (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    member TEXT,
    device INTEGER,
    at INTEGER NOT NULL,
    undoes INTEGER,
    name TEXT,
    about TEXT,
    CONSTRAINT pk_act PRIMARY KEY (id),
    CONSTRAINT fk_act_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_act_undoes FOREIGN KEY(undoes) REFERENCES act (id)
) STRICT;
CREATE TABLE card (
    id TEXT NOT NULL,
    member TEXT NOT NULL,
    book INTEGER NOT NULL,
    uid TEXT NOT NULL,
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    text INTEGER NOT NULL,
    version TEXT NOT NULL,
    visibility TEXT DEFAULT 'shared' NOT NULL,
    private_device INTEGER,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    settles INTEGER,
    held INTEGER,
    trashed INTEGER,
    frozen INTEGER,
    CONSTRAINT pk_card PRIMARY KEY (id),
    CONSTRAINT fk_card_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_card_book FOREIGN KEY(book) REFERENCES book (id),
    CONSTRAINT fk_card_text FOREIGN KEY(text) REFERENCES text (id)
) STRICT;
CREATE TABLE connecting (
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    token_hash BLOB,
    sealed BLOB,
    browser_hash BLOB,
    expires INTEGER NOT NULL,
    CONSTRAINT pk_connecting PRIMARY KEY (device),
    CONSTRAINT fk_connecting_device FOREIGN KEY(device) REFERENCES device (id)
) STRICT;
CREATE TABLE device_property (
    device INTEGER NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_device_property PRIMARY KEY (device, name),
    CONSTRAINT fk_device_property_device FOREIGN KEY(device) REFERENCES device (id)
) STRICT;
CREATE TABLE "view" (
    book INTEGER NOT NULL,
    member TEXT NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER DEFAULT '0' NOT NULL,
    listed INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_view PRIMARY KEY (book),
    CONSTRAINT fk_view_book FOREIGN KEY(book) REFERENCES book (id) ON DELETE CASCADE,
    CONSTRAINT fk_view_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE answer (
    "key" TEXT NOT NULL,
    member TEXT,
    choice TEXT NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_answer PRIMARY KEY ("key"),
    CONSTRAINT fk_answer_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE asked (
    id TEXT NOT NULL,
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    closed INTEGER,
    choice TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_asked PRIMARY KEY (id),
    CONSTRAINT fk_asked_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_asked_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_asked_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_asked_closed FOREIGN KEY(closed) REFERENCES act (id)
) STRICT;
CREATE TABLE card_member (
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    CONSTRAINT pk_card_member PRIMARY KEY (card, member),
    CONSTRAINT fk_card_member_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_card_member_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE card_version (
    card TEXT NOT NULL,
    act INTEGER NOT NULL,
    text INTEGER NOT NULL,
    cosmetic INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_card_version PRIMARY KEY (card, act),
    CONSTRAINT fk_card_version_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_card_version_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_card_version_text FOREIGN KEY(text) REFERENCES text (id)
) STRICT;
CREATE TABLE claim (
    id INTEGER NOT NULL,
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    says TEXT NOT NULL,
    said_by TEXT NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_claim PRIMARY KEY (id),
    CONSTRAINT fk_claim_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_claim_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_claim_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE counted (
    device INTEGER NOT NULL,
    kind TEXT NOT NULL,
    audience TEXT NOT NULL,
    card TEXT NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT pk_counted PRIMARY KEY (device, kind, audience, card),
    CONSTRAINT fk_counted_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_counted_card FOREIGN KEY(card) REFERENCES card (id)
) STRICT;
CREATE TABLE cycle (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    act INTEGER,
    summary TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_cycle PRIMARY KEY (id),
    CONSTRAINT fk_cycle_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE fact (
    id INTEGER NOT NULL,
    card TEXT NOT NULL,
    property TEXT NOT NULL,
    norm TEXT NOT NULL,
    octets BLOB NOT NULL,
    version TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    gone INTEGER,
    withheld INTEGER DEFAULT '0' NOT NULL,
    typed_by TEXT,
    bulk INTEGER DEFAULT '0' NOT NULL,
    source INTEGER,
    previous INTEGER,
    visibility TEXT DEFAULT 'shared' NOT NULL,
    CONSTRAINT pk_fact PRIMARY KEY (id),
    CONSTRAINT fk_fact_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_fact_first FOREIGN KEY(first) REFERENCES act (id),
    CONSTRAINT fk_fact_last FOREIGN KEY(last) REFERENCES act (id),
    CONSTRAINT fk_fact_gone FOREIGN KEY(gone) REFERENCES act (id),
    CONSTRAINT fk_fact_source FOREIGN KEY(source) REFERENCES fact (id),
    CONSTRAINT fk_fact_previous FOREIGN KEY(previous) REFERENCES fact (id)
) STRICT;
CREATE TABLE hidden (
    member TEXT NOT NULL,
    card TEXT NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_hidden PRIMARY KEY (member, card),
    CONSTRAINT fk_hidden_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_hidden_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_hidden_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE hold (
    id INTEGER NOT NULL,
    member TEXT NOT NULL,
    device INTEGER,
    kind TEXT NOT NULL,
    act INTEGER NOT NULL,
    ended INTEGER,
    CONSTRAINT pk_hold PRIMARY KEY (id),
    CONSTRAINT fk_hold_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_hold_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_hold_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_hold_ended FOREIGN KEY(ended) REFERENCES act (id)
) STRICT;
CREATE TABLE link (
    id TEXT NOT NULL,
    card_a TEXT NOT NULL,
    card_b TEXT NOT NULL,
    verdict TEXT NOT NULL,
    scope TEXT DEFAULT '' NOT NULL,
    evidence TEXT DEFAULT '[]' NOT NULL,
    member TEXT,
    act INTEGER NOT NULL,
    ended INTEGER,
    CONSTRAINT pk_link PRIMARY KEY (id),
    CONSTRAINT fk_link_card_a FOREIGN KEY(card_a) REFERENCES card (id),
    CONSTRAINT fk_link_card_b FOREIGN KEY(card_b) REFERENCES card (id),
    CONSTRAINT fk_link_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_link_ended FOREIGN KEY(ended) REFERENCES act (id)
) STRICT;
CREATE TABLE question_card (
    card TEXT NOT NULL,
    question TEXT NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_question_card PRIMARY KEY (card, question),
    CONSTRAINT fk_question_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_question_card_question FOREIGN KEY(question) REFERENCES question ("key") ON DELETE CASCADE
) STRICT;
CREATE TABLE received (
    id INTEGER NOT NULL,
    device INTEGER,
    member TEXT NOT NULL,
    book INTEGER NOT NULL,
    href TEXT NOT NULL,
    slot INTEGER,
    etag TEXT DEFAULT '' NOT NULL,
    status INTEGER NOT NULL,
    text INTEGER NOT NULL,
    act INTEGER NOT NULL,
    merged INTEGER,
    CONSTRAINT pk_received PRIMARY KEY (id),
    CONSTRAINT fk_received_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_received_book FOREIGN KEY(book) REFERENCES book (id),
    CONSTRAINT fk_received_text FOREIGN KEY(text) REFERENCES text (id),
    CONSTRAINT fk_received_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE shown_card (
    card TEXT NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_shown_card PRIMARY KEY (card, member),
    CONSTRAINT fk_shown_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_shown_card_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_shown_card_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE slot (
    id INTEGER NOT NULL,
    book INTEGER NOT NULL,
    member TEXT NOT NULL,
    href TEXT NOT NULL,
    uid TEXT NOT NULL,
    card TEXT NOT NULL,
    own INTEGER NOT NULL,
    survivor INTEGER,
    seq INTEGER NOT NULL,
    text INTEGER,
    text_3 INTEGER,
    content BLOB,
    modified INTEGER NOT NULL,
    gone INTEGER,
    CONSTRAINT pk_slot PRIMARY KEY (id),
    CONSTRAINT uq_slot_book_href UNIQUE (book, href),
    CONSTRAINT fk_slot_book FOREIGN KEY(book) REFERENCES book (id) ON DELETE CASCADE,
    CONSTRAINT fk_slot_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_slot_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_slot_survivor FOREIGN KEY(survivor) REFERENCES slot (id),
    CONSTRAINT fk_slot_text FOREIGN KEY(text) REFERENCES text (id),
    CONSTRAINT fk_slot_text_3 FOREIGN KEY(text_3) REFERENCES text (id)
) STRICT;
CREATE TABLE suggestion (
    id TEXT NOT NULL,
    author TEXT NOT NULL,
    card TEXT NOT NULL,
    property TEXT NOT NULL,
    "before" BLOB,
    "after" BLOB,
    version TEXT DEFAULT '3.0' NOT NULL,
    state TEXT NOT NULL,
    act INTEGER NOT NULL,
    closed INTEGER,
    origin INTEGER,
    held INTEGER,
    CONSTRAINT pk_suggestion PRIMARY KEY (id),
    CONSTRAINT fk_suggestion_author FOREIGN KEY(author) REFERENCES member (id),
    CONSTRAINT fk_suggestion_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_suggestion_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_suggestion_closed FOREIGN KEY(closed) REFERENCES act (id)
) STRICT;
CREATE TABLE base (
    id INTEGER NOT NULL,
    card_a TEXT NOT NULL,
    card_b TEXT NOT NULL,
    property TEXT NOT NULL,
    fact_a INTEGER NOT NULL,
    fact_b INTEGER NOT NULL,
    act INTEGER NOT NULL,
    CONSTRAINT pk_base PRIMARY KEY (id),
    CONSTRAINT uq_base_fact_a_fact_b UNIQUE (fact_a, fact_b),
    CONSTRAINT fk_base_card_a FOREIGN KEY(card_a) REFERENCES card (id),
    CONSTRAINT fk_base_card_b FOREIGN KEY(card_b) REFERENCES card (id),
    CONSTRAINT fk_base_fact_a FOREIGN KEY(fact_a) REFERENCES fact (id),
    CONSTRAINT fk_base_fact_b FOREIGN KEY(fact_b) REFERENCES fact (id),
    CONSTRAINT fk_base_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE confirmation (
    fact INTEGER NOT NULL,
    member TEXT NOT NULL,
    act INTEGER NOT NULL,
    how TEXT NOT NULL,
    CONSTRAINT pk_confirmation PRIMARY KEY (fact, member, act),
    CONSTRAINT fk_confirmation_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_confirmation_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_confirmation_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE TABLE doubt (
    member TEXT NOT NULL,
    place INTEGER NOT NULL,
    fact INTEGER NOT NULL,
    closed INTEGER,
    CONSTRAINT pk_doubt PRIMARY KEY (member, place),
    CONSTRAINT fk_doubt_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_doubt_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_doubt_closed FOREIGN KEY(closed) REFERENCES act (id)
) STRICT;
CREATE TABLE fact_member (
    fact INTEGER NOT NULL,
    member TEXT NOT NULL,
    CONSTRAINT pk_fact_member PRIMARY KEY (fact, member),
    CONSTRAINT fk_fact_member_fact FOREIGN KEY(fact) REFERENCES fact (id),
    CONSTRAINT fk_fact_member_member FOREIGN KEY(member) REFERENCES member (id)
) STRICT;
CREATE TABLE hold_card (
    hold INTEGER NOT NULL,
    card TEXT NOT NULL,
    slot INTEGER,
    act INTEGER NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_hold_card PRIMARY KEY (hold, card),
    CONSTRAINT fk_hold_card_hold FOREIGN KEY(hold) REFERENCES hold (id),
    CONSTRAINT fk_hold_card_card FOREIGN KEY(card) REFERENCES card (id),
    CONSTRAINT fk_hold_card_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_hold_card_last FOREIGN KEY(last) REFERENCES act (id)
) STRICT;
CREATE TABLE listed (
    slot INTEGER NOT NULL,
    member TEXT NOT NULL,
    book INTEGER NOT NULL,
    href TEXT NOT NULL,
    keeper TEXT NOT NULL,
    place TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    found TEXT NOT NULL,
    photo TEXT NOT NULL,
    CONSTRAINT pk_listed PRIMARY KEY (slot),
    CONSTRAINT fk_listed_slot FOREIGN KEY(slot) REFERENCES slot (id) ON DELETE CASCADE,
    CONSTRAINT fk_listed_book FOREIGN KEY(book) REFERENCES book (id) ON DELETE CASCADE
) STRICT;
CREATE TABLE operation (
    id INTEGER NOT NULL,
    act INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    card TEXT NOT NULL,
    kind TEXT NOT NULL,
    fact_before INTEGER,
    fact_after INTEGER,
    CONSTRAINT pk_operation PRIMARY KEY (id),
    CONSTRAINT uq_operation_origin_card UNIQUE (origin, card),
    CONSTRAINT fk_operation_act FOREIGN KEY(act) REFERENCES act (id),
    CONSTRAINT fk_operation_origin FOREIGN KEY(origin) REFERENCES fact (id),
    CONSTRAINT fk_operation_card FOREIGN KEY(card) REFERENCES card (id)
) STRICT;
CREATE TABLE served (
    device INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version TEXT NOT NULL,
    CONSTRAINT pk_served PRIMARY KEY (device, slot),
    CONSTRAINT fk_served_device FOREIGN KEY(device) REFERENCES device (id),
    CONSTRAINT fk_served_slot FOREIGN KEY(slot) REFERENCES slot (id) ON DELETE CASCADE
) STRICT;
CREATE TABLE shown_value (
    member TEXT NOT NULL,
    fact INTEGER NOT NULL,
    CONSTRAINT pk_shown_value PRIMARY KEY (member, fact),
    CONSTRAINT fk_shown_value_member FOREIGN KEY(member) REFERENCES member (id),
    CONSTRAINT fk_shown_value_fact FOREIGN KEY(fact) REFERENCES fact (id)
) STRICT;
CREATE TABLE slot_past (
    slot INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    text INTEGER,
    text_3 INTEGER,
    act INTEGER NOT NULL,
    CONSTRAINT pk_slot_past PRIMARY KEY (slot, seq),
    CONSTRAINT fk_slot_past_slot FOREIGN KEY(slot) REFERENCES slot (id) ON DELETE CASCADE,
    CONSTRAINT fk_slot_past_text FOREIGN KEY(text) REFERENCES text (id),
    CONSTRAINT fk_slot_past_text_3 FOREIGN KEY(text_3) REFERENCES text (id),
    CONSTRAINT fk_slot_past_act FOREIGN KEY(act) REFERENCES act (id)
) STRICT;
CREATE UNIQUE INDEX uq_book_member_name ON book (member, name) WHERE gone IS NULL;
CREATE INDEX ix_device_secret_hash ON device (secret_hash);
CREATE UNIQUE INDEX uq_device_member_label ON device (member, label) WHERE revoked IS NULL;
CREATE INDEX ix_question_member_question ON question_member (question);
CREATE INDEX ix_act_device_at ON act (device, at);
CREATE INDEX ix_act_undoes ON act (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX ix_card_added ON card (added);
CREATE INDEX ix_card_frozen ON card (frozen) WHERE frozen IS NOT NULL;
CREATE INDEX ix_card_member_uid ON card (member, uid);
CREATE INDEX ix_card_name_key ON card (name_key);
CREATE INDEX ix_card_settles ON card (settles) WHERE settles IS NOT NULL;
CREATE INDEX ix_card_trashed ON card (trashed) WHERE trashed IS NOT NULL;
CREATE INDEX ix_connecting_token_hash ON connecting (token_hash);
CREATE INDEX ix_answer_act ON answer (act);
CREATE INDEX ix_asked_card ON asked (card);
CREATE INDEX ix_card_version_act_card ON card_version (act, card);
CREATE INDEX ix_claim_card ON claim (card);
CREATE INDEX ix_cycle_act ON cycle (act);
CREATE INDEX ix_fact_card ON fact (card);
CREATE INDEX ix_fact_property_norm ON fact (property, norm);
CREATE INDEX ix_fact_source ON fact (source);
CREATE INDEX ix_hold_member ON hold (member) WHERE ended IS NULL;
CREATE INDEX ix_link_act_id ON link (act, id);
CREATE INDEX ix_link_card_a ON link (card_a);
CREATE INDEX ix_link_card_b ON link (card_b);
CREATE INDEX ix_question_card_question ON question_card (question);
CREATE INDEX ix_slot_book_seq ON slot (book, seq);
CREATE INDEX ix_slot_book_uid ON slot (book, uid);
CREATE INDEX ix_slot_card ON slot (card);
CREATE INDEX ix_suggestion_act ON suggestion (act);
CREATE INDEX ix_suggestion_card ON suggestion (card);
CREATE INDEX ix_suggestion_closed ON suggestion (closed);
CREATE INDEX ix_base_card_a_card_b ON base (card_a, card_b);
CREATE INDEX ix_hold_card_card ON hold_card (card);
CREATE INDEX ix_listed_member_place_name_href_book_keeper ON listed (member, place, name, href, book, keeper);
CREATE INDEX ix_operation_act ON operation (act);
CREATE INDEX ix_operation_card_act ON operation (card, act);
