#!/usr/bin/env bash
# Prints the region of a stage. infra/samconfig.toml names it, which `sam` reads and `aws` does not.
#
#   infra/region.sh STAGE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stage=${1:?say which stage}
region=$(sed -n "/^\[$stage\.global\.parameters\]/,/^\[/s/^region *= *\"\([^\"]*\)\".*/\1/p" infra/samconfig.toml)
[ -n "$region" ] || { echo "region: infra/samconfig.toml has no region in [$stage.global.parameters]" >&2; exit 1; }
echo "$region"
