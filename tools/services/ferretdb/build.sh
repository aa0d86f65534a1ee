#!/bin/sh
# Builds FerretDB from its Go module, which Go checks against go.sum: build.sh <go> <this folder> <work folder> <output>
#
# The package for embedding listens on a TCP port, without passwords, so any user of the machine could read
# everything. What is inside can listen on a socket in a private folder instead, so one line of a copy is changed.
set -eu
go=$1 sources=$2 work=$3 output=$4
module=github.com/FerretDB/FerretDB/v2

cp "$sources/main.go" "$sources/go.mod" "$sources/go.sum" "$work"
cd "$work"
"$go" mod download "$module"
cp -R "$("$go" list -m -f '{{.Dir}}' "$module")" module
chmod -R u+w module
sed -e 's/TCPAddr: .*/TCPAddr: "",/' -e 's/UnixAddr: .*/UnixAddr: config.ListenAddr,/' module/ferretdb/ferretdb.go >changed.go
[ "$(grep -c -e 'TCPAddr: "",' -e 'UnixAddr: config.ListenAddr,' changed.go)" -eq 2 ]
mv changed.go module/ferretdb/ferretdb.go
"$go" mod edit -replace="$module=./module"
# Trimmed and static, so that it runs on this machine wherever it was built.
exec "$go" build -trimpath -mod=readonly '-ldflags=-s -w' -o "$output" .
