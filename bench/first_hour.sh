#!/usr/bin/env bash
# A newcomer's path from an empty machine, timed: bash bench/first_hour.sh
# A clone, an environment and caches of its own in a new folder; pip's downloads are cached nowhere.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" XDG_DATA_HOME="$work/data" NUMBA_CACHE_DIR="$work/numba" PIP_NO_CACHE_DIR=1
unset AVANP_DATA AVANP_KERNELS PYTHONPATH
TIMEFORMAT='%R %U %S'

step() { # seconds on the clock, seconds of the processor, the command
  local spent
  spent=$( { time bash -c "$1" > "$work/said" 2>&1; } 2>&1 ) || { cat "$work/said"; exit 1; }
  read -r real user system <<< "$spent"
  awk -v a="$real" -v b="$user" -v c="$system" -v of="$1" 'BEGIN { printf "%7.1f %7.1f  %s\n", a, b + c, of }'
}

cd "$work"
printf '%7s %7s\n' clock cpu
step "git clone $here avanp"
cd avanp
step "python3 -m venv .venv"
export PATH="$PWD/.venv/bin:$PATH"
step "pip install '.[plot]'"
step "avanp sweep --lr 1.0:0.01 --out runs/first"
step "avanp train VAE --data digits --epochs 100 --out runs/vae"
step "avanp generate runs/vae -n 64 --out samples.png"
step "python examples/01_one_neuron.py"
step "python examples/11_own_images.py"
step "avanp train VAE --data flowers --size 32x32 --arch conv --widths 16,32,64 --batch-norm --latent 6 --batch 16 --lr 0.002 --epochs 60 --out runs/flowers"
step "avanp reconstruct runs/flowers --out pairs.png"
step "avanp interpolate runs/flowers --between 0 5 --out walk.gif"
