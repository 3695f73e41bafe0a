# What is made before the module is: the page, compressed, by tools/embed-page.
# The rest of nginx's Makefile needs nothing of it.

ngx_webhook_page_files=`find $ngx_addon_dir/page -type f \( -name '*.html' \
    -o -name '*.css' -o -name '*.js' -o -name '*.json' \) | tr '\n' ' '`

cat << END                                                    >> $NGX_MAKEFILE

$NGX_OBJS/webhook_page.h: $ngx_addon_dir/tools/embed-page \\
	$ngx_webhook_page_files
	$ngx_addon_dir/tools/embed-page $ngx_addon_dir/page \\
		$NGX_OBJS/webhook_page

$NGX_OBJS/addon/page/ngx_http_webhook_page.o: $NGX_OBJS/webhook_page.h

END
