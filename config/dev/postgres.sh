# shellcheck shell=bash disable=SC2034,SC2154
# Private PostgreSQL. Sourced by ./dev.
# Two clusters, each with a port of its own on 127.0.0.1 and nothing else: `postgres` for the product, and
# `test/postgres`, which is fast because it may lose everything.

pg_bin_any() {
  local bin
  while read -r bin; do
    [ -x "$bin/initdb" ] && [ "$(echo "$bin" | cut -d/ -f5)" -ge 15 ] && { echo "$bin"; return; }
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -rn)
  if has initdb && [ "$(initdb --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 15 ]; then
    dirname "$(readlink -f "$(command -v initdb)")"
  fi
}

# The programs of the version that made the cluster in $1.
pg_bin() {
  local made
  made=/usr/lib/postgresql/$(as_pg cat "$1/data/PG_VERSION" 2>/dev/null || true)/bin
  if [ -x "$made/pg_ctl" ]; then echo "$made"; else pg_bin_any; fi
}

# PostgreSQL refuses to run as root.
as_pg() {
  if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Where cluster $1 lives: under var/, or where the unprivileged user can reach it (a checkout below /root).
pg_home() {
  local home=$var/$1
  mkdir -p "$home"
  if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$home"
    if ! as_pg test -w "$home"; then
      home=/var/lib/tallyroom/$(printf %s "$top" | sha256sum | cut -c1-12)/$1
      mkdir -p "$home"
      chown postgres: "$home"
      chmod 755 /var/lib/tallyroom
    fi
  fi
  echo "$home"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); port_is_taken "$port"; do :; done
  echo "$port"
}

pg_running() { as_pg "$(pg_bin "$1")/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

# Starts cluster $1, making it first if need be, and sets PGHOST, PGPORT, PGUSER and PGPASSWORD to reach it.
pg_start() {
  local home settings='' tries
  ensure_postgres
  load_secrets
  home=$(pg_home "$1")
  if [ "$1" = test/postgres ]; then
    settings='-c fsync=off -c full_page_writes=off -c synchronous_commit=off'
    pg_running "$home" || as_pg rm -rf "$home/data"
  fi
  as_pg test -f "$home/data/PG_VERSION" || pg_init "$home"
  for tries in 1 2 3; do
    pg_running "$home" && break
    as_pg test -s "$home/port" || free_port | as_pg tee "$home/port" >/dev/null
    as_pg "$(pg_bin "$home")/pg_ctl" -D "$home/data" -l "$home/log" -w -t 60 \
      -o "-p $(as_pg cat "$home/port") $settings" start >/dev/null 2>&1 8>&- 9>&- && break
    as_pg tail -n 1 "$home/log" | grep -q 'could not create any TCP/IP sockets' && as_pg rm -f "$home/port"
    [ "$tries" -lt 3 ] || die "PostgreSQL does not start; its log is $home/log"
  done
  export PGHOST=127.0.0.1 PGUSER=postgres PGPASSWORD=$POSTGRES_PASSWORD PGCONNECT_TIMEOUT=10
  PGPORT=$(as_pg sed -n 4p "$home/data/postmaster.pid")
  export PGPORT
}

pg_init() {
  local bin
  bin=$(pg_bin_any)
  say "Making a PostgreSQL cluster in $1 …"
  as_pg rm -rf "$1/data"
  printf '%s\n' "$POSTGRES_PASSWORD" | as_pg tee "$1/password" >/dev/null
  quietly initdb as_pg "$bin/initdb" -D "$1/data" -U postgres --pwfile="$1/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  as_pg rm "$1/password"
  as_pg tee -a "$1/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
CONF
}

# Whether cluster $1 exists and runs.
pg_is_up() {
  local home
  [ -d "$var/$1" ] || return 1
  home=$(pg_home "$1")
  as_pg test -f "$home/data/PG_VERSION" && pg_running "$home"
}

pg_stop() {
  local home
  pg_is_up "$1" || return 0
  home=$(pg_home "$1")
  as_pg "$(pg_bin "$home")/pg_ctl" -D "$home/data" -m fast -w stop >/dev/null && say "Stopped PostgreSQL ($1)."
}

# Prints a shell command that restarts cluster $1, for tests of what the product does meanwhile.
pg_restart_command() {
  local home user=''
  home=$(pg_home "$1")
  [ "$(id -u)" -ne 0 ] || user='cd / && runuser -u postgres -- '
  printf '%s%q -D %q -l %q -m fast -w restart >/dev/null' "$user" "$(pg_bin "$home")/pg_ctl" "$home/data" "$home/log"
}

sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

# The owner of the tables, the role requests run as, the role the platform's own work runs as.
pg_roles() {
  sql -d postgres -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" -v system="$SYSTEM_PASSWORD" <<'SQL'
select format('create role %I', name)
from unnest(array['tallyroom_owner', 'tallyroom_app', 'tallyroom_system']) name
where not exists (select from pg_roles where rolname = name) \gexec
alter role tallyroom_owner login createrole nosuperuser nobypassrls password :'owner';
alter role tallyroom_app login nosuperuser nobypassrls password :'app';
alter role tallyroom_system login nosuperuser nobypassrls password :'system';
select 'create database tallyroom owner tallyroom_owner'
where not exists (select from pg_database where datname = 'tallyroom') \gexec
SQL
}
