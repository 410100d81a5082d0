#!/bin/sh
set -e
elastalert-create-index --config /opt/elastalert/config.yaml
exec elastalert --config /opt/elastalert/config.yaml "$@"
