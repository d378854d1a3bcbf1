# shellcheck shell=bash disable=SC2034,SC2154
# npm packages, static files and programs. Sourced by ./dev.

front_ends=(tenant_themes admin_ui)

# One number for the content of folders' sources.
fingerprint() {
  find "$@" \( -name node_modules -o -name dist -o -name artefacts \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}

# `install` and not `ci`: npm 11's ci refuses a lock file that was made where the registry has not every other
# platform's optional packages. Versions and checksums are the lock file's all the same, and it stays as it is.
ensure_npm() {
  local folder=$1 stamp=$1/node_modules/.installed sum
  [ -f "$folder/package.json" ] || return 0
  sum=$(sha256sum <"$folder/package-lock.json")
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ] && return 0
  say "Installing npm packages of $folder …"
  quietly "npm install in $folder" npm --prefix "$folder" install --no-save --no-audit --no-fund
  printf '%s\n' "$sum" >"$stamp"
}

build_front_ends() {
  local folder sum
  for folder in "${front_ends[@]}"; do
    [ -f "$folder/package.json" ] || continue
    ensure_npm "$folder"
    # The consoles wear the customer pages' sheet.
    case $folder in admin_ui) sum=$(fingerprint "$folder" tenant_themes) ;; *) sum=$(fingerprint "$folder") ;; esac
    [ -d "$folder/dist" ] && [ "$(cat "$folder/dist/.sources" 2>/dev/null || true)" = "$sum" ] && continue
    say "Building $folder …"
    quietly "npm run build in $folder" npm --prefix "$folder" run build
    printf '%s\n' "$sum" >"$folder/dist/.sources"
  done
}

# $1: cargo's profile; $2: which targets; $3: "bench" for the benches' program as well. Tests build all targets here, so
# that cargo settles on one set of features. Checkouts may share a target folder, so each keeps the programs it built in
# its own var/bin.
build_programs() {
  local profile=${1:-dev} targets=${2:---bins} folder=debug program
  local packages=(--workspace) programs=(tallyroom tallyroom-media)
  [ "$profile" = dev ] || folder=$profile
  if [ "${3:-}" = bench ]; then programs+=(tallyroom-bench)
  elif [ "$targets" = --bins ]; then packages+=(--exclude tallyroom-bench); fi
  # Only browser tests talk to them.
  if [ "$targets" = --bins ]; then packages+=(--exclude tallyroom-stand-ins); else programs+=(tallyroom-stand-ins); fi
  say "Building ($profile; the first time takes minutes) …"
  mkdir -p "$var/bin" "$CARGO_TARGET_DIR"
  exec 8>"$CARGO_TARGET_DIR/.tallyroom.lock"
  flock 8
  cargo build "${packages[@]}" "$targets" --profile "$profile" --quiet >&2 || die "the build failed: see the errors above."
  for program in "${programs[@]}"; do
    cmp -s "$CARGO_TARGET_DIR/$folder/$program" "$var/bin/$program" && continue
    cp "$CARGO_TARGET_DIR/$folder/$program" "$var/bin/.$program"
    mv "$var/bin/.$program" "$var/bin/$program"
  done
  exec 8>&-
}

# As build_programs.
build_all() {
  build_front_ends
  build_programs "$@"
}
