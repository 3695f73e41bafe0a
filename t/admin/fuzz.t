
# Requests to the API that are nearly right (Webhook::Api::Fuzz), or of which some
# bytes are others: none is answered with a fault of ours, none kills a worker, none
# gets into the logs, nothing is done for who may not, and the store is whole at the
# end.  "make fuzz-api FUZZ_SECONDS=600" goes on for so
# long; FUZZ_SEED= begins elsewhere.

use strict;
use warnings;

use lib 't/lib';

use Digest::SHA qw(sha256_hex);
use MIME::Base64 qw(encode_base64);
use Test::More;
use Time::HiRes qw(time);

use Webhook::Api::Fuzz ();
use Webhook::Test;

my $seconds = $ENV{FUZZ_SECONDS};
my $seed = $ENV{FUZZ_SEED} || ($seconds ? $$ ^ int time : 20261128);

my %tokens = (all => 'all-0123456789-abcdefgh', one => 'one-0123456789-abcdefgh',
              view => 'view-0123456789-abcdefgh');

my $t = Webhook::Test->new(workers => 2);
my $api = $t->endpoint(name => 'api');

$api->answer('*', 201);

$t->file('registry.key', encode_base64('k' x 32));
$t->file('tokens', join '', map { "$_\n" }
    'all sha256:' . sha256_hex($tokens{all}) . ' company.setting',
    'one sha256:' . sha256_hex($tokens{one}) . ' company.setting company=1260',
    'view sha256:' . sha256_hex($tokens{view}) . ' company.view company=1260');
chmod 0600, map { $t->prefix . "/$_" } qw(registry.key tokens);

$t->config(http => <<'CONF', server => <<'CONF');
    resolver 127.0.0.1:1 ipv6=off;
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add group=order "An order was created";

    webhook_registry {
        key     file:../registry.key;
        address any;
        schemes http https;
        actions /pos/ methods=POST,PATCH,PUT company=header:X-Company;
        emit    order.*;
        receive https://hooks.example.com/web/hook/;
    }

    webhook_tokens file:../tokens;

    webhook_endpoint erp {
        url http://127.0.0.1:%%PORT_api%%/erp;
        events order.*;
    }
CONF
    location /api/ {
        proxy_pass http://127.0.0.1:%%PORT_api%%;
        webhook_event order.add POST ^/api/orders;
    }

    location ^~ /web/hook/ { webhook_receive; }
    location /pos/ { internal; proxy_pass http://127.0.0.1:%%PORT_api%%; }
    location /webhook/ { webhook_api; }
    location /site/ {
        webhook_api;
        webhook_permission 1 name=$http_x_name;
    }
CONF

$t->start;

my @workers = sort $t->workers;

$t->post('/api/orders', qq({"id": $_, "company_id": 1260})) for 1 .. 20;

note "FUZZ_SEED=$seed";

my @known = (tokens => [@tokens{sort keys %tokens}]);

my @may = @tokens{qw(all one)};

my $fuzz = Webhook::Api::Fuzz->new(test => $t, seed => $seed, @known,
                                 vouch => \@may);

# where variables say who may, and the site that it comes from counts
my $site = Webhook::Api::Fuzz->new(test => $t, seed => $seed + 1, @known,
                                 prefix => '/site',
                                 vouch => [@may, 'X-Webhook-Request: 1',
                                           'same-origin']);

my $end = $seconds ? time + $seconds : 0;

while ($seconds ? time < $end : $fuzz->sent < 1500) {
    $fuzz->one;
    $site->one if $fuzz->sent % 4 == 0;
    last if $fuzz->faults + $site->faults >= 5;
}

my @faults = ($fuzz->faults, $site->faults);

ok !@faults, 'no answer is a fault' or diag join "\n\n", @faults;

is_deeply [sort $t->workers], \@workers, 'no worker has died';

my $counts = $fuzz->counts;
my @never = grep {
    !grep { $_ >= 200 && $_ < 300 } keys %{$counts->{$_}}
} sort keys %$counts;

note $fuzz->sent . ' requests';
note "never with success: @never" if @never;

cmp_ok scalar @never, '<', keys(%$counts) * 3 / 4,
    'operations came to be done, too';

$t->stop;

my ($status, $out) = $t->ctl('check');
is $status, 0, 'the store is whole' or diag $out;

$t->ok_logs;

done_testing;
