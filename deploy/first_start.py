"""The secrets of the containers as files, before anything else starts; made once, kept after.

The Telegram token comes from TELEGRAM_TOKEN in the environment, which only this short-lived
container sees; the password of Redis is made up once. Standard library only.
"""

import hashlib
import os
import secrets
import sys
from pathlib import Path

SECRETS = Path("/secrets")
ACL = Path("/acl/users.acl")
# What the bot needs, and nothing that ends, empties or reconfigures the server.
RIGHTS = "~mn:* +@all -@admin -@dangerous +info +client|list"


def main() -> None:
    """Write what is missing, and the token as it is now."""
    os.umask(0o077)
    token = os.environ.get("TELEGRAM_TOKEN", "").strip()
    if not token:
        sys.exit(
            "TELEGRAM_TOKEN is empty: copy .env.example to .env, write the token that @BotFather "
            "gave you behind TELEGRAM_TOKEN=, and start again"
        )
    write(SECRETS / "telegram_token", token)
    password_file = SECRETS / "redis_password"
    if not password_file.exists():
        write(password_file, secrets.token_urlsafe(32))
    digest = hashlib.sha256(password_file.read_bytes().strip()).hexdigest()
    # Redis reads this under its own user; of the password it holds the hash alone.
    write(ACL, f"user default off\nuser memnn on #{digest} {RIGHTS}\n", mode=0o644)


def write(path: Path, text: str, mode: int = 0o400) -> None:
    """Put a file in place, whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    new.write_text(text, encoding="utf-8")
    new.chmod(mode)
    new.replace(path)


if __name__ == "__main__":
    main()
