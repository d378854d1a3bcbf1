# shellcheck shell=bash disable=SC2034,SC2154
# Runs every kind of test, keeps their logs and adds up their counts. Sourced by ./dev.

tests_passed=0
tests_failed=0

# Sums what the runners said in log $1: cargo's "test result" lines and node's TAP totals. Prints "passed failed".
counts_in() {
  awk '
    match($0, /[0-9]+ passed; [0-9]+ failed/) { split(substr($0, RSTART, RLENGTH), n, /[^0-9]+/); passed += n[1]; failed += n[2] }
    /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
    /^(#|ℹ) (fail|cancelled) [0-9]+$/ { failed += $3 }
    END { print passed + 0, failed + 0 }' "$1"
}

# One step of the run: $1 names it and its log. A step without counts of its own (clippy) is one test.
step() {
  local name=$1 log=$var/test/$1.log status=0 start=$SECONDS passed failed
  shift
  printf '  %-22s' "$name"
  ("$@") >"$log" 2>&1 </dev/null 9>&- || status=$?
  read -r passed failed < <(counts_in "$log")
  if [ "$status" -eq 0 ] && [ $((passed + failed)) -eq 0 ]; then passed=1; fi
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  tests_passed=$((tests_passed + passed))
  tests_failed=$((tests_failed + failed))
  if [ "$failed" -eq 0 ]; then
    printf 'ok      %5s passed  %4s s\n' "$passed" $((SECONDS - start))
  else
    printf 'FAILED  %5s failed  %4s s   whole log: %s\n' "$failed" $((SECONDS - start)) "${log#"$top"/}"
    failures_in "$log"
  fi
}

# What a person wants to see of a failed step: the failures themselves, or else how it ended.
failures_in() {
  if grep -q '^failures:$' "$1"; then
    sed -n '/^failures:$/,/^test result/p' "$1" | head -n 150
  elif grep -q '^ *not ok ' "$1"; then
    grep -A 40 '^ *not ok ' "$1" | head -n 150
  else
    tail -n 60 "$1"
  fi | sed 's/^/    /'
}

test_lint() {
  step fmt cargo fmt --all --check
  step clippy cargo clippy --workspace --all-targets --quiet -- -D warnings
}

has_tests() { [ "$(npm --prefix "$1" pkg get scripts.test)" != '{}' ]; }

test_front() {
  local folder name
  for folder in "${front_ends[@]}"; do
    [ -f "$folder/package.json" ] || continue
    name=${folder//\//-}
    step "$name-check" npm --prefix "$folder" run check --if-present
    ! has_tests "$folder" || step "$name-test" npm --prefix "$folder" test
  done
}

test_rust() {
  ensure_npm tests/it/gateways/sdk
  step rust cargo test --workspace --no-fail-fast --quiet
}

# Every page with sample data, in a browser; a word filters, --no-shots does without screenshots.
look_at_gallery() {
  ensure_npm tests/browser
  rm -rf "$var/gallery"
  "$var/bin/tallyroom" gallery tenant_themes "$var/gallery" || return
  node tests/browser/gallery.mjs "$var/gallery" "$@"
}

# Every page of both consoles with sample data, in a browser, likewise.
look_at_consoles() {
  ensure_npm tests/browser
  node tests/browser/console.mjs "$var/consoles" "$@"
}

test_browser() {
  local specs=(tests/browser/*.spec.mjs)
  ensure_npm tests/browser
  ensure_python_client tests/clients/requirements.txt
  step gallery look_at_gallery --no-shots
  step consoles look_at_consoles --no-shots
  step browser node --test --test-concurrency=1 --test-reporter=tap "${specs[@]}"
}

# $@: which parts; all of them by default.
run_tests() {
  local part
  [ $# -gt 0 ] || set -- lint front rust browser
  mkdir -p "$var/test"
  exec 9>"$var/test/.lock"
  flock -n 9 || die "another ./dev test runs in this checkout: wait for it to end."
  # A cluster that somebody else started (db-url --test) stays.
  pg_is_up test/postgres || trap 'pg_stop test/postgres' EXIT
  trap 'exit 130' INT TERM
  ensure_debian "${debian_browser[@]}"
  ensure_tools
  export_test_environment
  step build build_all dev --all-targets
  if [ "$tests_failed" -eq 0 ]; then
    for part in "$@"; do "test_$part"; done
  fi
  printf '\n%s passed, %s failed\n' "$tests_passed" "$tests_failed"
  [ "$tests_failed" -eq 0 ] || { say "Logs and screenshots: var/test/ and tests/browser/artefacts/"; exit 1; }
}

export_test_environment() {
  pg_start test/postgres
  export TALLYROOM_TEST_DATABASE_URL=postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres
  TALLYROOM_TEST_DATABASE_RESTART=$(pg_restart_command test/postgres)
  export TALLYROOM_TEST_DATABASE_RESTART
  # A failure's own words, not pages of frames around them.
  export RUST_BACKTRACE=0
  export TALLYROOM_BINARY=$var/bin/tallyroom
  export TALLYROOM_STAND_INS=$var/bin/tallyroom-stand-ins
  export TALLYROOM_TEST_CLIENTS=$cache/clients
  export TALLYROOM__MEDIA__NODE_BINARY=$var/bin/tallyroom-media
}
