#!/usr/bin/env bash
# Makes the topics on MSK Serverless, which has no API for them, with Kafka's own tool. Run it where the brokers can
# be reached (an AWS CloudShell in the network) and aws-msk-iam-auth is on Kafka's class path.
#
#   infra/topics.sh BROKERS PARTITIONS            makes what is missing
#   infra/topics.sh --show BROKERS PARTITIONS     shows the commands
#
# The list is the one of infra/template.yaml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

run=kafka-topics.sh
if [ "${1:-}" = --show ]; then
    run="echo kafka-topics.sh"
    shift
fi
brokers=${1:?say where the brokers are: host:port,…}
partitions=${2:?say how many partitions each topic has}

settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
cat > "$settings" << 'PROPERTIES'
security.protocol=SASL_SSL
sasl.mechanism=AWS_MSK_IAM
sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;
sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler
PROPERTIES

sed -n 's/^ *- { Name: \([^,]*\), Partitions: [0-9]*, RetentionMs: \(-\{0,1\}[0-9]*\) }$/\1 \2/p' infra/template.yaml |
    while read -r name retention; do
        # Serverless replicates as it sees fit; `run` is one word or two on purpose.
        # shellcheck disable=SC2086
        $run --bootstrap-server "$brokers" --command-config "$settings" --create --if-not-exists \
            --topic "$name" --partitions "$partitions" --config "retention.ms=$retention" < /dev/null
    done
