#
# What is registered, in the metrics and in the module's own events: by id, with
# the name and the company; the row of what is removed goes; an event about
# somebody's endpoint goes to nobody else's.

use strict;
use warnings;

use lib 't/lib';

use JSON::PP ();
use Test::More;

use Webhook::Metrics;
use Webhook::Registry;
use Webhook::Test qw(wait_for);


my $t = Webhook::Test->new(workers => 2);
my $registry = Webhook::Registry->new($t);

my $hook = $t->endpoint(name => 'hook', answers => { '/dead' => [404] });

$t->config(main => $registry->main, http => <<'CONF', server => <<'CONF2');
    webhook_store %%STORE%% size=64m;
    webhook_event_type order.add;

    webhook_registry {
        key     file:%%PREFIX%%/registry.key;
        address any;
        schemes http https;
    }
    resolver 127.0.0.1;

    webhook_endpoint operator {
        url    http://127.0.0.1:%%PORT_hook%%/operator;
        events webhook.*;
    }
CONF
    location = /registry { webhook_registry_test; }
    location = /metrics { webhook_metrics; }
    location /api/ {
        webhook_event order.add POST ^/api/orders$ company=1260;
        return 200 '{}';
    }
CONF2

$t->start;

sub metrics { return Webhook::Metrics->new($t->get('/metrics')->{body}); }

sub make
{
    my ($name, $path, $events, %options) = @_;

    my $made = $registry->make({ name => $name, events => $events,
                                 url => $hook->url($path),
                                 retry => { attempts => 1 } }, %options);

    is $made->{result}, 'ok', "$name is registered"
        or diag JSON::PP->new->encode($made);

    return $made->{id};
}

my $title = qq{erp "of" \\ours\\ <b>};

my $dead = make($title, '/dead', ['order.add'], company => '1260');
my $ours = make('ours', '/ours', ['webhook.*'], company => '1260');
my $theirs = make('theirs', '/theirs', ['webhook.*'], company => '77');
my $all = make('stars', '/stars', ['*'], company => '1260');

my $m;

ok wait_for(sub {
    $m = metrics();
    return defined $m->value('ngx_webhook_endpoint_waiting',
                             endpoint => $dead);
}, 30), 'it has a row';

$t->post('/api/orders', '{}');

ok wait_for(sub {
    $m = metrics();

    my $n = $m->value('ngx_webhook_endpoint_sends_total', endpoint => $dead,
                      outcome => 'dead');
    my ($sample) = $m->samples('ngx_webhook_endpoint_waiting',
                               endpoint => $dead);

    return $n && $sample && $sample->{labels}{name} eq $title;
}, 30), 'which is counted in, and has its name';

my ($sample) = $m->samples('ngx_webhook_endpoint_waiting', endpoint => $dead);

is_deeply $sample->{labels}, { endpoint => $dead, name => $title,
                               company => '1260' }, 'labels';

# Who hears of it.

sub heard
{
    my ($path) = @_;

    return grep { $_->{path} eq $path
                  && $_->{headers}{'tc-webhook-event'} =~ /^webhook\./ }
           @{ $hook->requests };
}

ok wait_for(sub { return heard('/ours') && heard('/operator') }, 30),
   'another of the company and the operator hear of the dead delivery';

my $data = JSON::PP->new->decode((heard('/ours'))[0]{body});

is_deeply $data->{endpoint}, { id => $dead, name => $title, company => '1260' },
          'which one';

$hook->wait_quiet(0.5);

is scalar(() = heard('/theirs')), 0, 'another company does not';
is scalar(() = heard('/stars')), 0, 'nor who asks for all';

# What is gone goes.

is $registry->remove($dead, cancel => 1)->{result}, 'ok', 'it is removed';

ok wait_for(sub {
    return !metrics()->samples('ngx_webhook_endpoint_waiting',
                               endpoint => $dead);
}, 40), 'and so is its row';

$t->stop;
$t->ok_logs;

done_testing;
