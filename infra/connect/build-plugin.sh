#!/usr/bin/env bash
# Builds the plugin of MSK Connect from infra/connect/pom.xml and prints the zip's path. The same jars give the same
# zip, byte for byte, so that a plugin changes only when one of them does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for tool in mvn zip; do
    command -v "$tool" > /dev/null || { echo "build-plugin: $tool is missing" >&2; exit 1; }
done
folder=target/cdc-plugin
zip=$PWD/target/cdc-plugin.zip
rm -rf "$folder" "$zip"
# What the Connect worker itself brings would only get in its way.
mvn --batch-mode --quiet --file infra/connect/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$PWD/$folder" -DincludeScope=runtime \
    -DexcludeArtifactIds=kafka-clients,connect-api,slf4j-api,lz4-java,snappy-java,zstd-jni,jakarta.ws.rs-api >&2
# Who builds it, and when, is no part of it.
find "$folder" -type f -exec chmod 644 {} +
find "$folder" -exec touch -d 2020-01-01T00:00:00Z {} +
(cd "$folder" && find . -name '*.jar' | LC_ALL=C sort | TZ=UTC zip -X -q "$zip" -@)
echo "$zip"
