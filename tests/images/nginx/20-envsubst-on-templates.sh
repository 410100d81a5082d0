#!/bin/sh
# Fills in /etc/nginx/templates: only variables that exist are replaced, so nginx' own ($host, $uri) stay as they are.
set -eu

templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$templates" ] || exit 0

names=$(awk -v filter="${NGINX_ENVSUBST_FILTER:-}" 'BEGIN { for (name in ENVIRON) if (name ~ filter) printf "${%s} ", name }')
find -L "$templates" -follow -type f -name "*$suffix" | while read -r file; do
    target=$output/${file#"$templates/"}
    target=${target%"$suffix"}
    mkdir -p "$(dirname "$target")"
    echo "20-envsubst-on-templates.sh: $file -> $target"
    envsubst "$names" <"$file" >"$target"
done
