#!/usr/bin/env bash
# Deploys the gateway part by part, in the order in which the parts need each other. What is there already is
# brought up to date. infra/README.md says what each part takes and costs.
#
#   infra/deploy.sh STAGE [PART …]     STAGE is a file of infra/stages; without parts, all of them
#
# What one template puts out is handed to those after it under the same name; of all values `sam deploy` takes
# those that a template declares.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PARTS=(security network streaming topics database search provision tables functions search-roles cdc observability domain)
# Parts that are stacks whose outputs others need.
readonly STACKS=(security network streaming database search provision functions cdc)

say() { echo "deploy: $*" >&2; }
die() { say "$*"; exit 1; }

stack() { echo "gateway-$stage-$1"; }

# A value of the stage's file; nothing where it has none.
stage_value() { sed -n "s/^$1: *\"\{0,1\}\([^\"#]*[^\"# ]\)\"\{0,1\} *$/\1/p" "infra/stages/$stage.yaml"; }

# Every output of a stack as Name=Value lines; nothing where there is no such stack.
outputs() {
    aws cloudformation describe-stacks --stack-name "$(stack "$1")" --output text \
        --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]' 2> /dev/null | sed -n 's/\t/=/p' || true
}
output() { outputs "$1" | sed -n "s/^$2=//p"; }

# What no template can say: MSK tells its brokers' addresses to whoever asks, and the API has its own when it is
# there.
looked_up() {
    local cluster host
    cluster=$(output streaming MskClusterArn)
    [ -z "$cluster" ] || echo "KafkaBootstrapServers=$(aws kafka get-bootstrap-brokers --cluster-arn "$cluster" \
        --query BootstrapBrokerStringSaslIam --output text)"
    host=$(stage_value CustomDomain)
    [ -n "$host" ] || host=$(output functions HttpApiUrl | sed 's#^https://##')
    [ -z "$host" ] || echo "PspNotificationUrl=https://$host/webhooks/pagbank"
}

# Deploys one template with the stage's values and all that other parts put out; $3… are values of its own.
template() {
    local part=$1 file=$2 values=("file://infra/stages/$stage.yaml" "${@:3}") earlier
    mapfile -t earlier < <(for part in "${STACKS[@]}"; do outputs "$part"; done; looked_up)
    say "$1: $(stack "$1")"
    sam deploy --config-file infra/samconfig.toml --config-env "$stage" --template-file "$file" \
        --stack-name "$(stack "$1")" --parameter-overrides "${values[@]}" "${earlier[@]}" "${unattended[@]}"
    # A stack of production is removed by nobody by mistake.
    [ "$(stage_value DeletionProtection)" = false ] || aws cloudformation update-termination-protection \
        --enable-termination-protection --stack-name "$(stack "$1")" > /dev/null
}

# What is deployed is what was packed, byte for byte: `cargo xtask package` says what each zip must sum up to.
packed() {
    local folder=target/lambda/arm64 name
    [ -f $folder/SHA256SUMS ] || die "$folder is empty: pack the functions first (cargo xtask package)"
    for name in "$@"; do
        grep " $name.zip\$" $folder/SHA256SUMS | (cd $folder && sha256sum --check --quiet --strict) ||
            die "$folder/$name.zip is not what was packed last: pack again (cargo xtask package)"
    done
}
# The functions of a template, by the zips that it names.
functions_of() { sed -n 's#^ *CodeUri: ../target/lambda/arm64/\(.*\)\.zip$#\1#p' "$1"; }

# Calls the function that works inside the network and shows what it did. It may take five minutes, after one of
# which the CLI would by itself call it again.
provision() {
    local answer failed
    answer=$(mktemp)
    failed=$(AWS_MAX_ATTEMPTS=1 aws lambda invoke --function-name "$(output provision ProvisionFunctionName)" \
        --cli-read-timeout 310 --cli-binary-format raw-in-base64-out --payload "$1" \
        --query FunctionError --output text "$answer")
    cat "$answer" >&2
    echo >&2
    rm -f "$answer"
    [ "$failed" = None ] || die "the servers are not prepared: see above"
}

# A domain in a network needs a role that an account has once and CloudFormation makes for nobody.
search() {
    aws iam get-role --role-name AWSServiceRoleForAmazonOpenSearchService > /dev/null 2>&1 ||
        aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com > /dev/null
    template search infra/search.yaml
}

# The webhook's address is known when the API is there: the first time a second pass tells the functions.
functions() {
    local names told wanted
    mapfile -t names < <(functions_of infra/template.yaml)
    packed "${names[@]}"
    wanted=$(looked_up | sed -n 's/^PspNotificationUrl=//p')
    template functions infra/template.yaml
    told=$wanted
    wanted=$(looked_up | sed -n 's/^PspNotificationUrl=//p')
    [ "$told" = "$wanted" ] || template functions infra/template.yaml
}

# The plugin goes to the bucket that `sam` keeps for artefacts, under a name that tells its content.
cdc() {
    local zip bucket key
    zip=$(infra/connect/build-plugin.sh)
    bucket=$(aws cloudformation describe-stacks --stack-name aws-sam-cli-managed-default --output text \
        --query "Stacks[0].Outputs[?OutputKey=='SourceBucket'].OutputValue")
    key=gateway-$stage/plugin-$(sha256sum "$zip" | cut -c 1-12).zip
    aws s3 cp --only-show-errors "$zip" "s3://$bucket/$key"
    template cdc infra/cdc.yaml "CdcPluginBucketArn=arn:aws:s3:::$bucket" "CdcPluginKey=$key"
}

deploy() {
    case $1 in
        security | network | streaming | database | observability) template "$1" "infra/$1.yaml" ;;
        search) search ;;
        provision) packed provision && template provision infra/provision.yaml ;;
        topics)
            if [ "$(stage_value KafkaMode)" = serverless ]; then
                say "topics: MSK Serverless has no topic API; run infra/topics.sh from within the network, then go on"
            else
                template topics infra/topics.yaml
            fi
            ;;
        tables) provision "{}" ;;
        functions) functions ;;
        search-roles) provision "{\"SearchReaders\": [\"$(output functions SearchReaderRoleArn)\"],
            \"SearchWriters\": [\"$(output functions SearchWriterRoleArn)\"]}" ;;
        cdc) cdc ;;
        domain) [ -z "$(stage_value CustomDomain)" ] || template domain infra/domain.yaml ;;
        *) die "there is no part $1; the parts are: ${PARTS[*]}" ;;
    esac
}

stage=${1:-}
[ -f "infra/stages/$stage.yaml" ] || die "say which stage: $(cd infra/stages && echo ./*.yaml)"
for tool in aws sam; do command -v "$tool" > /dev/null || die "$tool is missing (infra/README.md)"; done
unattended=()
[ -z "${CI:-}" ] || unattended=(--no-confirm-changeset)
shift
[ $# -gt 0 ] || set -- "${PARTS[@]}"
for part in "$@"; do deploy "$part"; done
say "done: $(output functions HttpApiUrl)"
