#!/usr/bin/env bash
# Removes a stage, last part first, and says what is kept on purpose.
#
#   infra/remove.sh STAGE
#
# A protected stage (DeletionProtection in infra/stages) is refused: set it to "false", deploy `database`, lift the
# stacks' termination protection, and come back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "remove: $*" >&2; }
die() { say "$*"; exit 1; }

stage=${1:-}
[ -f "infra/stages/$stage.yaml" ] || die "say which stage: $(cd infra/stages && echo ./*.yaml)"
grep -q '^DeletionProtection: "false"' "infra/stages/$stage.yaml" || die "stage $stage is protected: see the head of this script"
# One region for all that is called, and an account that answers: what cannot be asked for is not what is not there.
AWS_REGION=$(infra/region.sh "$stage")
export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
account=$(aws sts get-caller-identity --query Account --output text) || die "sign in to AWS first"
say "$stage in account $account, $AWS_REGION"
read -r -p "Type the stage's name to remove it with all its data: " typed
[ "$typed" = "$stage" ] || die "nothing was removed"

for part in domain observability cdc functions capacity provision search database topics streaming network security; do
    name=gateway-$stage-$part
    if ! told=$(aws cloudformation describe-stacks --stack-name "$name" 2>&1); then
        [[ $told == *"does not exist"* ]] || die "$told"
        continue
    fi
    say "$name"
    aws cloudformation delete-stack --stack-name "$name"
    # Functions in a network give their interfaces back within some twenty minutes.
    aws cloudformation wait stack-delete-complete --stack-name "$name"
done

say "kept on purpose, to be deleted by hand:"
say "  the ledger's last snapshot: aws rds describe-db-cluster-snapshots --db-cluster-identifier gateway-$stage"
say "  the keys that open it, and PagBank's token: aws kms list-keys; aws secretsmanager list-secrets"
say "  artefacts under gateway-$stage/ in the bucket of the stack aws-sam-cli-managed-default"
