#!/usr/bin/env bash
# Deploys the gateway part by part, in the order in which the parts need each other. What is there already is
# brought up to date. infra/README.md says what each part takes and costs.
#
#   infra/deploy.sh STAGE [PART …]     STAGE is a file of infra/stages; without parts, all of them
#   infra/deploy.sh STAGE cdc-off      takes Debezium's connector away; made again by `cdc`, it goes on at its offset
#
# What one template puts out is handed to those after it under the same name; of all values `sam deploy` takes
# those that a template declares.
set -euo pipefail
# What fails within $(…) fails the script too.
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PARTS=(security network streaming topics database search provision tables capacity functions search-roles cdc observability domain)
# Parts that are stacks whose outputs others need.
readonly STACKS=(security network streaming database search provision capacity functions cdc)

say() { echo "deploy: $*" >&2; }
die() { say "$*"; exit 1; }

stack() { echo "gateway-$stage-$1"; }

# A value of the stage's file; nothing where it has none.
stage_value() { sed -n "s/^$1: *\"\{0,1\}\([^\"#]*[^\"# ]\)\"\{0,1\} *$/\1/p" "infra/stages/$stage.yaml"; }

# What CloudFormation tells of a stack; nothing where there is no such stack. Any other refusal ends the script: to go
# on as if nothing were there would deploy without what is.
described() {
    local told refusal
    refusal=$(mktemp)
    if told=$(aws cloudformation describe-stacks --stack-name "$(stack "$1")" --output text --query "Stacks[0].$2" \
        2> "$refusal"); then
        echo "$told"
    else
        grep -q "does not exist" "$refusal" || die "$(cat "$refusal")"
    fi
    rm -f "$refusal"
}
# Every output of a stack as Name=Value lines.
outputs() { described "$1" 'Outputs[].[OutputKey, OutputValue]' | sed -n 's/\t/=/p'; }
output() { outputs "$1" | sed -n "s/^$2=//p"; }
# What a stack was deployed with.
parameter() { described "$1" "Parameters[?ParameterKey=='$2'].ParameterValue"; }

# Removes a stack and waits until its names are free.
remove() {
    local name protected
    name=$(stack "$1")
    protected=$(described "$1" EnableTerminationProtection)
    [ -n "$protected" ] || return 0
    say "$1: removing $name"
    [ "$protected" != True ] || aws cloudformation update-termination-protection \
        --no-enable-termination-protection --stack-name "$name" > /dev/null
    aws cloudformation delete-stack --stack-name "$name"
    aws cloudformation wait stack-delete-complete --stack-name "$name"
}

# What no template can say: MSK tells its brokers' addresses to whoever asks, each time in another order, and the API
# has its own when it is there.
looked_up() {
    local cluster brokers host
    cluster=$(output streaming MskClusterArn)
    if [ -n "$cluster" ]; then
        brokers=$(aws kafka get-bootstrap-brokers --cluster-arn "$cluster" --query BootstrapBrokerStringSaslIam \
            --output text | tr , '\n' | LC_ALL=C sort | paste -sd , -)
        echo "KafkaBootstrapServers=$brokers"
    fi
    host=$(stage_value CustomDomain)
    [ -n "$host" ] || host=$(output functions HttpApiUrl | sed 's#^https://##')
    [ -z "$host" ] || echo "PspNotificationUrl=https://$host/webhooks/pagbank"
}

# Tells a deployment from others: what the functions are made of, the template, the stage and, of the values after
# it, those that the template asks for.
release() {
    local file=$1 asked
    asked=$(sed -n '/^Parameters:/,/^[^ ]/s/^  \([A-Za-z0-9]*\):$/^\1=/p' "$file")
    {
        cat target/lambda/arm64/SHA256SUMS "$file" "infra/stages/$stage.yaml"
        printf '%s\n' "${@:2}" | grep -f <(echo "$asked") || true
    } | sha256sum | cut -d ' ' -f 1
}

# Deploys one template with the stage's values and all that other parts put out; $3… are values of its own.
template() {
    local file=$2 values=("file://infra/stages/$stage.yaml" "${@:3}") earlier status
    status=$(described "$1" StackStatus)
    # A first creation that failed leaves a stack that takes no update.
    case $status in ROLLBACK_COMPLETE | ROLLBACK_FAILED) remove "$1" ;; esac
    earlier=$(for each in "${STACKS[@]}"; do outputs "$each"; done; looked_up)
    [ -z "$earlier" ] || mapfile -t -O ${#values[@]} values <<< "$earlier"
    ! grep -q '^  Release:$' "$file" || values+=("Release=$(release "$file" "${values[@]}")")
    say "$1: $(stack "$1")"
    # A relative name would be looked for beside the template.
    sam deploy --config-file "$PWD/infra/samconfig.toml" --config-env "$stage" --template-file "$file" \
        --stack-name "$(stack "$1")" --parameter-overrides "${values[@]}" "${unattended[@]}"
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

# Whether the stage has the functions that buyers wait for on instances.
on_instances() {
    case $(stage_value HttpCompute) in
        instances) ;;
        on-demand | "") return 1 ;;
        *) die "HttpCompute is on-demand or instances, not $(stage_value HttpCompute)" ;;
    esac
}

# A function stays where it was made, on demand or on instances, and CloudFormation would learn so in the middle of
# its work.
movable() {
    local prefix was=on-demand now=on-demand
    [ -n "$(output functions HttpApiUrl)" ] || return 0
    prefix=$(parameter functions FunctionPrefix)
    [ -z "$(parameter functions CapacityProviderArn)" ] || was=instances
    ! on_instances || now=instances
    [ "$was" = "$now" ] || [ "$prefix" != "$(stage_value FunctionPrefix)" ] ||
        die "the functions were made with HttpCompute: $was and stay there; others are made under another FunctionPrefix"
}

# The webhook's address is known when the API is there: the first time a second pass tells the functions.
functions() {
    local names told wanted file=infra/template.yaml
    mapfile -t names < <(functions_of "$file")
    packed "${names[@]}"
    movable
    if on_instances; then
        # In a folder as deep as infra/: the template names the zips from its own.
        file=target/on-instances.yaml
        sed -E -f infra/on-instances.sed infra/template.yaml > "$file"
    fi
    wanted=$(looked_up | sed -n 's/^PspNotificationUrl=//p')
    template functions "$file"
    told=$wanted
    wanted=$(looked_up | sed -n 's/^PspNotificationUrl=//p')
    [ "$told" = "$wanted" ] || template functions "$file"
}

# The plugin goes to the bucket that `sam` keeps for artefacts, under a name that tells its content. A connector takes
# no other plugin and no other brokers, and none stands beside it under its name, by which its offsets are filed: so it
# is made anew.
cdc() {
    local zip bucket key brokers plugin_before brokers_before
    zip=$(infra/connect/build-plugin.sh)
    bucket=$(aws cloudformation describe-stacks --stack-name aws-sam-cli-managed-default --output text \
        --query "Stacks[0].Outputs[?OutputKey=='SourceBucket'].OutputValue")
    key=gateway-$stage/plugin-$(sha256sum "$zip" | cut -c 1-12).zip
    aws s3 cp --only-show-errors "$zip" "s3://$bucket/$key"
    brokers=$(looked_up | sed -n 's/^KafkaBootstrapServers=//p')
    plugin_before=$(parameter cdc CdcPluginKey)
    brokers_before=$(parameter cdc KafkaBootstrapServers)
    [ "$plugin_before $brokers_before" = "$key $brokers" ] || remove cdc
    template cdc infra/cdc.yaml "CdcPluginBucketArn=arn:aws:s3:::$bucket" "CdcPluginKey=$key"
}

deploy() {
    local later reader writer
    case $1 in
        security | network | streaming | database | observability) template "$1" "infra/$1.yaml" ;;
        search) search ;;
        provision) packed provision && template provision infra/provision.yaml ;;
        topics)
            if [ "$(stage_value KafkaMode)" = serverless ]; then
                later=" ${PARTS[*]}"
                die "topics: MSK Serverless has no topic API; run infra/topics.sh from within the network," \
                    "then infra/deploy.sh $stage${later#* topics}"
            else
                template topics infra/topics.yaml
            fi
            ;;
        tables) provision "{}" ;;
        capacity)
            if on_instances; then
                movable
                template capacity infra/capacity.yaml
            fi
            ;;
        functions) functions ;;
        search-roles)
            reader=$(output functions SearchReaderRoleArn)
            writer=$(output functions SearchWriterRoleArn)
            provision "{\"SearchReaders\": [\"$reader\"], \"SearchWriters\": [\"$writer\"]}"
            ;;
        cdc) cdc ;;
        cdc-off) remove cdc ;;
        domain) [ -z "$(stage_value CustomDomain)" ] || template domain infra/domain.yaml ;;
        *) die "there is no part $1; the parts are: ${PARTS[*]} cdc-off" ;;
    esac
}

stage=${1:-}
[ -f "infra/stages/$stage.yaml" ] || die "say which stage: $(cd infra/stages && echo ./*.yaml)"
for tool in aws sam; do command -v "$tool" > /dev/null || die "$tool is missing (infra/README.md)"; done
# One region for all that is called.
AWS_REGION=$(infra/region.sh "$stage")
export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION
account=$(aws sts get-caller-identity --query Account --output text) || die "sign in to AWS first"
say "$stage in account $account, $AWS_REGION"
unattended=()
[ -z "${CI:-}" ] || unattended=(--no-confirm-changeset)
shift
[ $# -gt 0 ] || set -- "${PARTS[@]}"
for part in "$@"; do deploy "$part"; done
say "done: $(output functions HttpApiUrl)"
