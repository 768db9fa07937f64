#!/bin/sh
# A generated password for compose.yaml, in the file .env beside it, which only you can read. An existing one stays.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ] && grep -q '^NEO4J_PASSWORD=' .env; then
  echo ".env has a password already; it stays."
  exit 0
fi
umask 077
touch .env
chmod 600 .env
printf 'NEO4J_PASSWORD=%s\n' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >>.env
echo "A password was generated: .env"
