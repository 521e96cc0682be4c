"""What the parameters of im.recent.get let through, computed from the whole list (the seed page, and recent.md)."""

from datetime import datetime, timedelta

KEPT = {
    "SKIP_OPENLINES": lambda letter: letter != "L",
    "SKIP_CHAT": lambda letter: letter not in ("C", "O"),
    "SKIP_DIALOG": lambda letter: letter != "P",
}
"""By the flag's name: whether a row stays, by its letter."""

SYNC_FLOOR = timedelta(days=7)
"""How far back a sync date reaches at most."""


def ids(rows: list) -> list:
    """The rows' dialogs, in order."""
    return [row["id"] for row in rows]


def letter(row: dict) -> str:
    """The kind of a row of the seed page's shape: P private, C and O groups, L open lines, and the rest."""
    return "P" if row["type"] == "user" else row["chat"]["message_type"]


def kept(rows: list, *flags: str) -> list:
    """The dialogs that stay when these flags are set."""
    return [row["id"] for row in rows if all(KEPT[flag](letter(row)) for flag in flags)]


def changed(row: dict) -> datetime:
    """When the row last changed."""
    return datetime.fromisoformat(row["date_update"])


def changed_since(rows: list, moment: datetime) -> set:
    """The dialogs that changed at that moment or later."""
    return {row["id"] for row in rows if changed(row) >= moment}


def middle(rows: list) -> datetime:
    """A moment before which some rows changed and after which others did, less than six days ago."""
    moments = sorted(changed(row) for row in rows)
    recent = [moment for moment in moments if moment > moments[-1] - timedelta(days=6)]
    return recent[len(recent) // 2]
