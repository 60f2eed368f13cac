"""Who has an account on the test Hub, and their tokens."""

from support.hub_server.accounts import Account

ALICE = "hf_aliceSecretTokenForWriting"
READER = "hf_readerSecretTokenForReading"
STRANGER = "hf_strangerSecretToken"
LIMITED = "hf_limitedSecretToken"

ACCOUNTS = {
    ALICE: Account("alice", organizations={"acme": "write"}),
    READER: Account("alice", role="read"),
    STRANGER: Account("bob"),
    LIMITED: Account("alice", role="fineGrained", may_write_to=frozenset()),
}
