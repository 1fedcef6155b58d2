"""The text of the statements in `hot`, so that a first answer need not wait for SQLAlchemy.

Written by `python -m server.store.hot`; never by hand. A test compares the two.
"""

from typing import Final

from server.store.statement import Statement

INSERT_ACT: Final = Statement("""
INSERT INTO act (kind, member, device, at, undoes, name) VALUES (:kind, :member, :device, :at, :undoes, :name)
""")
NOTE_ABOUT: Final = Statement("""
UPDATE act SET about=:words WHERE act.id = :which
""")
ABOUT: Final = Statement("""
SELECT act.about
FROM act
WHERE act.id = :which
""")
GET_SETTING: Final = Statement("""
SELECT setting.value
FROM setting
WHERE setting."key" = :name
""")
UPSERT_SETTING: Final = Statement("""
INSERT INTO setting ("key", value) VALUES (:name, :content) ON CONFLICT ("key") DO UPDATE SET value = excluded.value
""")
LIST_MEMBERS: Final = Statement("""
SELECT member.id, member.name, member.role, member.shares, member.password_hash, member.paused
FROM member
WHERE member.gone IS NULL ORDER BY member.joined
""")
FIND_MEMBER: Final = Statement("""
SELECT member.id, member.name, member.role, member.shares, member.password_hash, member.paused
FROM member
WHERE member.id = :who AND member.gone IS NULL
""")
ALL_MEMBERS: Final = Statement("""
SELECT member.id, member.role, member.shares, member.gone, member.name, member.joined, member.paused
FROM member ORDER BY member.joined
""")
INSERT_MEMBER: Final = Statement("""
INSERT INTO member (id, name, role, shares, joined) VALUES (:id, :name, :role, :shares, :joined)
""")
UPDATE_MEMBER: Final = Statement("""
UPDATE member SET name=:new_name, role=:new_role, shares=:new_shares WHERE member.id = :who
""")
SET_PASSWORD: Final = Statement("""
UPDATE member SET password_hash=:content WHERE member.id = :who
""")
GET_PASSWORD: Final = Statement("""
SELECT member.password_hash
FROM member
WHERE member.id = :who
""")
LIST_SHARES: Final = Statement("""
SELECT share.from_member, share.to_member, share.level
FROM share
""")
LIST_SHARES_TO: Final = Statement("""
SELECT share.from_member, share.to_member, share.level
FROM share
WHERE share.to_member = :taker
""")
LIST_SHOWN: Final = Statement("""
SELECT shown_card.card, shown_card.member
FROM shown_card
""")
LIST_SHOWN_TO: Final = Statement("""
SELECT shown_card.card, shown_card.member
FROM shown_card
WHERE shown_card.member = :taker
""")
UPSERT_SHARE: Final = Statement("""
INSERT INTO share (from_member, to_member, level) VALUES (:giver, :taker, :how) ON CONFLICT (from_member, to_member) DO UPDATE SET level = excluded.level
""")
CARDS_OF_MEMBER: Final = Statement("""
SELECT card.id
FROM card
WHERE card.member = :who
""")
DEVICE_BY_SECRET: Final = Statement("""
SELECT device.id, device.member, device.label, device.read_only, device.speaks_4, member.role, device.user_agent, device.last_seen
FROM device JOIN member ON member.id = device.member
WHERE device.secret_hash = :digest AND device.member = :who AND device.revoked IS NULL AND member.gone IS NULL
""")
DEVICE_BY_ID: Final = Statement("""
SELECT device.id, device.member, device.label, device.read_only, device.speaks_4, member.role, device.user_agent, device.last_seen
FROM device JOIN member ON member.id = device.member
WHERE device.id = :which AND device.revoked IS NULL
""")
LIST_DEVICES: Final = Statement("""
SELECT device.id, device.member, device.label, device.read_only, device.speaks_4, member.role, device.user_agent, device.last_seen
FROM device JOIN member ON member.id = device.member
WHERE device.member = :who AND device.revoked IS NULL ORDER BY device.id
""")
INSERT_DEVICE: Final = Statement("""
INSERT INTO device (member, label, secret_hash, read_only, created) VALUES (:member, :label, :secret_hash, :read_only, :created)
""")
REVOKE_DEVICE: Final = Statement("""
UPDATE device SET revoked=:by_act WHERE device.id = :which
""")
SPEAKS_4: Final = Statement(
    """
UPDATE device SET speaks_4=:speaks_4 WHERE device.id = :which
""",
    {"speaks_4": 1},
)
TOUCH_DEVICE: Final = Statement("""
UPDATE device SET user_agent=:agent, last_seen=:at WHERE device.id = :which
""")
DEVICE_LABEL: Final = Statement("""
SELECT device.label
FROM device
WHERE device.id = :which
""")
SENT_PROPERTIES: Final = Statement("""
SELECT device_property.name
FROM device_property
WHERE device_property.device = :which
""")
INSERT_SENT_PROPERTY: Final = Statement("""
INSERT INTO device_property (device, name) VALUES (:which, :property_name) ON CONFLICT DO NOTHING
""")
COUNT_DEVICES: Final = Statement("""
SELECT count(*) AS count_1
FROM device
WHERE device.revoked IS NULL
""")
FIND_BOOK: Final = Statement("""
SELECT book.id, book.member, book.name, book.displayname, "view".epoch, "view".seq
FROM book JOIN "view" ON "view".book = book.id
WHERE book.gone IS NULL AND book.member = :who AND book.name = :title
""")
LIST_BOOKS: Final = Statement("""
SELECT book.id, book.member, book.name, book.displayname, "view".epoch, "view".seq
FROM book JOIN "view" ON "view".book = book.id
WHERE book.gone IS NULL AND book.member = :who ORDER BY book.id
""")
GET_BOOK: Final = Statement("""
SELECT book.id, book.member, book.name, book.displayname, "view".epoch, "view".seq
FROM book JOIN "view" ON "view".book = book.id
WHERE book.gone IS NULL AND book.id = :which
""")
IS_MEMBER: Final = Statement("""
SELECT member.id
FROM member
WHERE member.id = :who AND member.gone IS NULL
""")
INSERT_BOOK: Final = Statement("""
INSERT INTO book (member, name, displayname, properties) VALUES (:member, :name, :displayname, :properties)
""")
INSERT_VIEW: Final = Statement("""
INSERT INTO "view" (book, member, epoch) VALUES (:book, :member, :epoch)
""")
DROP_BOOK: Final = Statement("""
UPDATE book SET gone=:by_act WHERE book.id = :which
""")
BOOK_PROPERTIES: Final = Statement("""
SELECT book.displayname, book.properties
FROM book
WHERE book.id = :which
""")
SET_BOOK_PROPERTIES: Final = Statement("""
UPDATE book SET displayname=:title, properties=:content WHERE book.id = :which
""")
LIST_SLOTS: Final = Statement("""
SELECT slot.href, slot.seq
FROM slot
WHERE slot.book = :which AND slot.gone IS NULL ORDER BY slot.seq
""")
ANY_SLOT: Final = Statement(
    """
SELECT slot.id
FROM slot
WHERE slot.book = :which AND slot.gone IS NULL
LIMIT :param_1 OFFSET :param_2
""",
    {"param_1": 1, "param_2": 0},
)
COUNT_SLOTS: Final = Statement("""
SELECT count(*) AS count_1
FROM slot
WHERE slot.book = :which AND slot.gone IS NULL
""")
CHANGES: Final = Statement("""
SELECT slot.href, slot.seq, slot.gone IS NOT NULL AS anon_1
FROM slot
WHERE slot.book = :which AND slot.seq > :since ORDER BY slot.seq
""")
LOAD_AS_WRITTEN: Final = Statement("""
SELECT slot.id, slot.href, slot.uid, slot.seq, text.octets, text.safe, slot.modified
FROM slot JOIN text ON text.id = slot.text
WHERE slot.book = :which AND slot.gone IS NULL AND slot.href = :name
""")
LOAD_IN_3: Final = Statement("""
SELECT slot.id, slot.href, slot.uid, slot.seq, text.octets, text.safe, slot.modified
FROM slot JOIN text ON text.id = coalesce(slot.text_3, slot.text)
WHERE slot.book = :which AND slot.gone IS NULL AND slot.href = :name
""")
LOAD_ALL_AS_WRITTEN: Final = Statement("""
SELECT slot.id, slot.href, slot.uid, slot.seq, text.octets, text.safe, slot.modified
FROM slot JOIN text ON text.id = slot.text
WHERE slot.book = :which AND slot.gone IS NULL ORDER BY slot.seq
""")
LOAD_ALL_IN_3: Final = Statement("""
SELECT slot.id, slot.href, slot.uid, slot.seq, text.octets, text.safe, slot.modified
FROM slot JOIN text ON text.id = coalesce(slot.text_3, slot.text)
WHERE slot.book = :which AND slot.gone IS NULL ORDER BY slot.seq
""")
UPSERT_SERVED: Final = Statement("""
INSERT INTO served (device, slot, seq, version) VALUES (:on_device, :in_slot, :at_seq, :in_version) ON CONFLICT (device, slot) DO UPDATE SET seq = excluded.seq, version = excluded.version
""")
