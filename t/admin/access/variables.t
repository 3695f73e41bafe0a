# webhook_permission: what variables grant, from auth_request and auth_basic, and
# what the client cannot grant itself.

use strict;
use warnings;

use Test::More;

use lib 't/lib';
use Webhook::Api;
use Webhook::Openapi;
use Webhook::Test;

my $t = Webhook::Test->new;

$t->file('htpasswd', "manager:{PLAIN}one\nclerk:{PLAIN}two\n");

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;

    map $remote_user $setting { default 0; manager 1; }
    map $remote_user $view { default 0; clerk yes; }
CONF
    # the session of an application, as it says by headers of its answer
    location = /session {
        internal;
        proxy_pass http://127.0.0.1:%%PORT%%/application;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
    }
    location = /application {
        add_header X-Setting $http_x_is_setting;
        add_header X-View $http_x_is_view;
        add_header X-Company $http_x_is_company;
        add_header X-User $http_x_is_user;
        add_header X-Payload $http_x_is_payload;
        return 204;
    }

    location /webhook/ {
        auth_request /session;
        auth_request_set $is_setting $upstream_http_x_setting;
        auth_request_set $is_view $upstream_http_x_view;
        auth_request_set $is_company $upstream_http_x_company;
        auth_request_set $is_user $upstream_http_x_user;
        auth_request_set $is_payload $upstream_http_x_payload;

        webhook_api;
        webhook_permission $is_setting view=$is_view company=$is_company
                           name=$is_user payload=$is_payload;
    }

    location /basic/ {
        auth_basic webhook;
        auth_basic_user_file %%PREFIX%%/htpasswd;

        webhook_api;
        webhook_permission $setting view=$view name=$remote_user;
    }

    location /limited/ {
        webhook_api;
        webhook_permission 1 name=local;

        limit_except GET { deny all; }
        if ($arg_if) { add_header X-If 1; }
    }

    location /nobody/ {
        webhook_api;
    }
CONF

$t->start;

like $t->error_log, qr/"webhook_api" answers nobody: there is neither/,
    'it is told where nobody may';


sub api
{
    my ($prefix, @headers) = @_;

    return Webhook::Api->new($t, prefix => $prefix, headers => \@headers,
               openapi => Webhook::Openapi->new(prefix => $prefix));
}


sub says
{
    my ($r, $who) = api(@_)->get('whoami');

    return $r->{status} == 200
           ? join ' ', $who->{name} // '-', $who->{company} // '-',
                  @{$who->{permissions}}
           : "$r->{status} $who->{detail}";
}


sub session
{
    my (%is) = @_;

    return says('/webhook/', map { +"X-Is-\u$_" => $is{$_} } sort keys %is);
}


is session(setting => 1, company => 1260, user => 'ann'),
    'ann 1260 company.setting company.view payload', 'setting may do all';
is session(setting => 'granted', company => 'a.B_c-9', user => ''),
    '- a.B_c-9 company.setting company.view payload', 'any text grants';
is session(view => 1, company => 1260, user => 'bob'),
    'bob 1260 company.view', 'view';
is session(view => 1, company => 1260, user => 'bob', payload => 1),
    'bob 1260 company.view payload', 'view, and payloads';

is session(), '401 It is not known who you are', 'nobody';
is session(setting => 0, view => 0),
    '401 It is not known who you are', 'zero grants nothing';
is session(setting => 0, user => 'eve'),
    '403 You may neither read nor change anything here', 'known, not allowed';
is session(payload => 1, user => 'eve', company => 1),
    '403 You may neither read nor change anything here',
    'payload= alone grants nothing';

my $unclear = '403 It is not known which company you belong to';

is session(setting => 1), $unclear, 'company= is written and empty';
is session(setting => 1, company => $_), $unclear, "\"$_\" is no company"
    for 'a b', '../1', 'x' x 65, "caf\xc3\xa9", '1260,1261', '*';
is session(setting => 1, company => 'x' x 64, user => 'a'),
    'a ' . 'x' x 64 . ' company.setting company.view payload',
    '64 bytes are one';

is session(view => 1, company => 1, user => "caf\xc3\xa9 \\ <b>"),
    "caf\x{e9} \\ <b> 1 company.view", 'a name is any text';
is session(view => 1, company => 1, user => "a\xff\xe2\x80\xaeb"),
    'a\\xFF\\xE2\\x80\\xAEb 1 company.view',
    'but what is none, or turns the line, is shown as in a log';
is session(view => 1, company => 1, user => 'n' x 300),
    'n' x 255 . ' 1 company.view', 'of 255 bytes';


# --- auth_basic

is says('/basic/', Authorization => 'Basic bWFuYWdlcjpvbmU='),
    'manager - company.setting company.view payload',
    'without company=: of all companies';
is says('/basic/', Authorization => 'Basic Y2xlcms6dHdv'),
    'clerk - company.view', 'by a map';

my $r = $t->request('GET', '/basic/whoami', undef,
                    headers => [Authorization => 'Basic bWFuYWdlcjp0d28=']);

is $r->{status}, 401, 'a wrong password is nginx\'s';
is $r->{headers}{'cache-control'}, 'no-store', 'but the headers are ours';
is $r->{headers}{'x-content-type-options'}, 'nosniff', 'all of them';


# --- no rule at all; blocks within the location

is says('/nobody/'), '403 Nobody may use this: the server\'s configuration has '
    . 'neither webhook_tokens nor webhook_permission', 'nobody may';
is says('/limited/'), 'local - company.setting company.view payload',
    'a constant, for whoever comes so far';

$r = $t->request('POST', '/limited/', '{}');

is $r->{status}, 403, 'limit_except refuses';
is api('/limited/')->get('whoami?if=1')->{status}, 400,
    '"if" is no way around';


# --- a subrequest does not ask in somebody's name

$t->config(http => <<'CONF', server => <<'CONF');
    webhook_store %%STORE%% size=16m;
CONF
    location /webhook/ {
        webhook_api;
        webhook_permission 1;
    }
    location /auth/ {
        auth_request /webhook/whoami;
        empty_gif;
    }
CONF

$t->reload;

is $t->request('GET', '/auth/')->{status}, 403, 'auth_request: refused';
like $t->error_log, qr{a subrequest to "/webhook/whoami" was refused},
    'and told';

$t->stop;
$t->ok_logs;

done_testing;
