# Mistakes about webhook_api, webhook_tokens and webhook_permission.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Mistakes;

my $digest = 'ab' x 32;

mistakes_file('tokens', <<"FILE");
# who           what it is                 what it may

root            sha256:$digest        company.setting
manager\@shop    sha256:@{['cd' x 32]}  company.setting company=1260 \r
monitor\tsha256:@{['EF' x 32]}\tcompany.view expires=2199-01-31 company=a.b-c_9
FILE

my %file = (
    'few'      => "root sha256:$digest",
    'many'     => "root sha256:$digest company.setting a b c d e f g",
    'name'     => "ro/ot sha256:$digest company.setting",
    'long'     => 'x' x 65 . " sha256:$digest company.setting",
    'plain'    => 'root the-very-token-of-root company.setting',
    'digest'   => "root sha256:${digest}0 company.setting",
    'digits'   => 'root sha256:' . 'xy' x 32 . ' company.setting',
    'may'      => "root sha256:$digest company.root",
    'company'  => "root sha256:$digest company.view company=a/b",
    'empty'    => "root sha256:$digest company.view company=",
    'twice'    => "root sha256:$digest company.view company=1 company=2",
    'expires'  => "root sha256:$digest company.view expires=tomorrow",
    'ended'    => "root sha256:$digest company.view expires=2020-01-31",
    'names'    => "a sha256:$digest company.view\n\na sha256:"
                  . 'cd' x 32 . ' company.view',
    'same'     => "a sha256:$digest company.view\nb sha256:\U$digest\E "
                  . 'company.view',
    'nothing'  => "# no token yet\n\n",
    'markup'   => "<b>\x1b sha256:$digest company.view",
);

mistakes_file("tokens-$_", "$file{$_}\n") for sort keys %file;

mistakes_right('tokens', http => 'webhook_tokens file:webhook/tokens;',
    server => 'location /webhook/ { webhook_api; }');
mistakes_right('variables, inherited', http => <<'HTTP', server => <<'SERVER');
map $remote_addr $may { default 0; 127.0.0.1 1; }
webhook_permission $may view="${may}1" company="c$may" name="n" payload=$may;
HTTP
location /webhook/ { webhook_api health=public frame=https://[::1]:8443; }
location /other/ { webhook_api health=private; webhook_permission view=$may; }
SERVER
mistakes_right('a password', server => <<'SERVER');
location /webhook/ {
    auth_basic webhook; auth_basic_user_file x;
    webhook_api; webhook_permission $remote_user name=$remote_user;
}
SERVER
mistakes_right('rules of the server are not the API\'s', server => <<'SERVER');
webhook_event order.add POST ^/other;
location /webhook/ { webhook_api; webhook_permission 1; }
SERVER

mistakes_run();

done_testing;

__DATA__
=== nobody may
--- server
location /webhook/ { webhook_api; }
--- says
[warn] "webhook_api" answers nobody: there is neither "webhook_tokens" nor "webhook_permission" in server:1

=== no store
--- store
# none
--- endpoint
# none
--- rules
# none
--- server
location /webhook/ { webhook_api; webhook_permission 1; }
--- says
[emerg] "webhook_api" needs a "webhook_store", and there is none in server:1

=== tokens and no API
--- http
webhook_tokens file:webhook/tokens;
--- says
[warn] "webhook_tokens" has no effect: no location has "webhook_api" in http:1

=== no slash at its end
--- server
location /webhook { webhook_api; }
--- says
[emerg] "webhook_api" cannot be in location "/webhook": its paths follow a prefix that ends in "/", as in "location /webhook/" in server:1

=== one path alone
--- server
location = /webhook/ { webhook_api; }
--- says
[emerg] "webhook_api" cannot be in location "/webhook/": its paths follow a prefix that ends in "/", as in "location /webhook/" in server:1

=== a regular expression
--- server
location ~ /webhook/ { webhook_api; }
--- says
[emerg] "webhook_api" cannot be in location "/webhook/": its paths follow a prefix that ends in "/", as in "location /webhook/" in server:1

=== a frame with a path
--- server
location /webhook/ { webhook_api frame=https://shop.example.com/admin; webhook_permission 1; }
--- says
[emerg] invalid "frame=https://shop.example.com/admin", it must be "self" or an origin without a path, as in "frame=https://shop.example.com" in server:1

=== a frame that is a directive of the policy
--- server
location /webhook/ { webhook_api "frame=https://a.example;script-src *"; webhook_permission 1; }
--- says
[emerg] invalid "frame=https://a.example;script-src *", it must be "self" or an origin without a path, as in "frame=https://shop.example.com" in server:1

=== any frame
--- server
location /webhook/ { webhook_api frame=*; webhook_permission 1; }
--- says
[emerg] invalid "frame=*", it must be "self" or an origin without a path, as in "frame=https://shop.example.com" in server:1

=== in server
--- server
webhook_api;
--- says
[emerg] "webhook_api" directive is not allowed here in server:1

=== twice
--- server
location /webhook/ { webhook_api; webhook_api; }
--- says
[emerg] "webhook_api" directive is duplicate in server:1

=== before proxy_pass
--- server
location /webhook/ { webhook_api; webhook_permission 1; proxy_pass http://127.0.0.1:9; }
--- says
[emerg] location "/webhook/" has "webhook_api" and another directive that answers requests in server:1

=== after proxy_pass
--- server
location /webhook/ { proxy_pass http://127.0.0.1:9; webhook_api; }
--- says
[emerg] location "/webhook/" has "webhook_api" and another directive that answers requests in server:1

=== with return
--- server
location /webhook/ { return 200; webhook_api; webhook_permission 1; }
--- says
[emerg] location "/webhook/" has "webhook_api" and a "return" that answers requests in server:1

=== with a rule of its own
--- server
location /webhook/ { webhook_api; webhook_permission 1; webhook_event order.add POST ^/; }
--- says
[emerg] location "/webhook/" has "webhook_api" and a "webhook_event": the API's answers contain secrets, and make no events in server:1

=== an unknown parameter
--- server
location /webhook/ { webhook_api helth=public; }
--- says
[emerg] invalid parameter "helth=public", did you mean "health="? in server:1

=== a choice
--- server
location /webhook/ { webhook_api health=on; }
--- says
[emerg] invalid value "health=on", it must be "private" or "public" in server:1

=== permission: nothing that grants
--- server
location /webhook/ { webhook_api; webhook_permission company=$remote_addr; }
--- says
[emerg] "webhook_permission" needs a variable that grants, as in "webhook_permission $company_setting view=$company_view" in server:1

=== permission: none
--- server
location /webhook/ { webhook_api; webhook_permission; }
--- says
[emerg] invalid number of arguments in "webhook_permission" directive in server:1

=== permission: twice
--- server
location /webhook/ { webhook_api; webhook_permission 1; webhook_permission 1; }
--- says
[emerg] "webhook_permission" directive is duplicate in server:1

=== permission: a parameter twice
--- server
location /webhook/ { webhook_api; webhook_permission 1 name=a name=b; }
--- says
[emerg] invalid parameter "name=b", "name=" is given twice in server:1

=== permission: an unknown parameter
--- server
location /webhook/ { webhook_api; webhook_permission 1 compny=$remote_addr; }
--- says
[emerg] invalid parameter "compny=$remote_addr", did you mean "company="? in server:1

=== permission: an unknown variable
--- server
location /webhook/ { webhook_api; webhook_permission 1 company=$compny; }
--- says
[emerg] unknown variable "$compny" in "webhook_permission" in server:1

=== permission: what the client says
--- server
location /webhook/ { webhook_api; webhook_permission $http_x_may company=$arg_company name=$cookie_name; }
--- says
[warn] "$http_x_may" in "webhook_permission" is what the client says: anybody can set it, unless a proxy in front of this server does in server:1
[warn] "$arg_company" in "webhook_permission" is what the client says: anybody can set it, unless a proxy in front of this server does in server:1
[warn] "$cookie_name" in "webhook_permission" is what the client says: anybody can set it, unless a proxy in front of this server does in server:1

=== permission: a user whom nobody has checked
--- server
location /webhook/ { auth_basic off; webhook_api; webhook_permission $remote_user; }
--- says
[warn] "$remote_user" in "webhook_permission" is what the client says, since nothing checks it: there is no "auth_basic" in this location in server:1

=== permission: a text that is never empty
--- server
location /webhook/ { webhook_api; webhook_permission $ssl_client_verify; }
--- says
[warn] "$ssl_client_verify" in "webhook_permission" is never empty: "NONE" and "FAILED" grant, too; use a "map" in server:1

=== tokens: what is no file
--- http
webhook_tokens the-very-token-of-root;
--- says
[emerg] "webhook_tokens" takes "file:PATH": the argument is not shown in http:1

=== tokens: no such file
--- http
webhook_tokens file:webhook/none;
--- says
[emerg] open() "webhook/none" failed (2: No such file or directory) in http:1

=== tokens: twice
--- http
webhook_tokens file:webhook/tokens;
webhook_tokens file:webhook/tokens;
--- says
[emerg] "webhook_tokens" directive is duplicate in http:2

=== tokens: others can read them
--- http
webhook_tokens file:webhook/open.key;
--- says
[warn] "webhook/open.key" contains a secret and can be read or written by others than its owner (mode 0644): chmod 600 in http:1
[emerg] in line 1 of "webhook/open.key": a line is "NAME sha256:HEX company.setting", or "company.view", and may have "company=" and "expires=" behind it in http:1

=== tokens: none
--- http
webhook_tokens file:webhook/tokens-nothing;
--- server
location /webhook/ { webhook_api; }
--- says
[warn] there is no token in "webhook/tokens-nothing" in http:1

=== tokens: too few words
--- http
webhook_tokens file:webhook/tokens-few;
--- says
[emerg] in line 1 of "webhook/tokens-few": a line is "NAME sha256:HEX company.setting", or "company.view", and may have "company=" and "expires=" behind it in http:1

=== tokens: too many words
--- http
webhook_tokens file:webhook/tokens-many;
--- says
[emerg] in line 1 of "webhook/tokens-many" "a" is neither "company=" nor "expires=" with a value, or is given twice in http:1

=== tokens: a name
--- http
webhook_tokens file:webhook/tokens-name;
--- says
[emerg] in line 1 of "webhook/tokens-name" "ro/ot" is not a name of a token: 1 to 64 letters, digits and any of "_.@-" in http:1

=== tokens: a name with markup
--- http
webhook_tokens file:webhook/tokens-markup;
--- says
[emerg] in line 1 of "webhook/tokens-markup" "<b>\x1B" is not a name of a token: 1 to 64 letters, digits and any of "_.@-" in http:1

=== tokens: the token itself is not shown
--- http
webhook_tokens file:webhook/tokens-plain;
--- says
[emerg] in line 1 of "webhook/tokens-plain": the second word has to be "sha256:" and the 64 hexadecimal digits of the token's SHA-256; "webhookctl token" makes such a line in http:1

=== tokens: a digit more
--- http
webhook_tokens file:webhook/tokens-digest;
--- says
[emerg] in line 1 of "webhook/tokens-digest": the second word has to be "sha256:" and the 64 hexadecimal digits of the token's SHA-256; "webhookctl token" makes such a line in http:1

=== tokens: other digits
--- http
webhook_tokens file:webhook/tokens-digits;
--- says
[emerg] in line 1 of "webhook/tokens-digits": the second word has to be "sha256:" and the 64 hexadecimal digits of the token's SHA-256; "webhookctl token" makes such a line in http:1

=== tokens: what it may
--- http
webhook_tokens file:webhook/tokens-may;
--- says
[emerg] in line 1 of "webhook/tokens-may" "company.root" is neither "company.setting" nor "company.view" in http:1

=== tokens: a company
--- http
webhook_tokens file:webhook/tokens-company;
--- says
[emerg] in line 1 of "webhook/tokens-company" "company=a/b" is not a company: 1 to 64 letters, digits and any of "_.-" in http:1

=== tokens: an empty company is not all of them
--- http
webhook_tokens file:webhook/tokens-empty;
--- says
[emerg] in line 1 of "webhook/tokens-empty" "company=" is neither "company=" nor "expires=" with a value, or is given twice in http:1

=== tokens: two companies
--- http
webhook_tokens file:webhook/tokens-twice;
--- says
[emerg] in line 1 of "webhook/tokens-twice" "company=2" is neither "company=" nor "expires=" with a value, or is given twice in http:1

=== tokens: a date
--- http
webhook_tokens file:webhook/tokens-expires;
--- says
[emerg] in line 1 of "webhook/tokens-expires" "tomorrow" is not a date for "expires=", such as "2027-01-31", "2027-01-31T12:00:00Z" or Unix seconds in http:1

=== tokens: one that has ended
--- http
webhook_tokens file:webhook/tokens-ended;
--- server
location /webhook/ { webhook_api; }
--- says
[warn] the token "root" in line 1 of "webhook/tokens-ended" has expired and has no effect in http:1

=== tokens: one name for two
--- http
webhook_tokens file:webhook/tokens-names;
--- says
[emerg] in line 3 of "webhook/tokens-names" "a" is the name of another token, too in http:1

=== tokens: one token for two
--- http
webhook_tokens file:webhook/tokens-same;
--- says
[emerg] in line 2 of "webhook/tokens-same" "b" has the token of another one in http:1
