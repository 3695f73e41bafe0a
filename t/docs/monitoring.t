#
# The alert rules and the dashboard of the documents: Prometheus' own tool takes
# the rules and what webhook_metrics answers, and both name metrics, labels and
# values that there are.

use strict;
use warnings;

use lib 't/lib';

use File::Spec ();
use JSON::PP ();
use Test::More;

use Webhook::Metrics;
use Webhook::Test qw(wait_for slurp);


my $rules = 'docs/monitoring/prometheus-rules.yml';
my $dashboard = 'docs/monitoring/grafana-dashboard.json';

my ($promtool) = grep { -x } map { "$_/promtool" } File::Spec->path;

ok $promtool, 'promtool is here: Debian has it in "prometheus"'
    or BAIL_OUT('tools/install-deps test');

my $t = Webhook::Test->new;

$t->endpoint(name => 'hook');

$t->config(
    http => <<'CONF',
    webhook_store %%STORE%% size=16m;
    webhook_event_type order.add;

    webhook_endpoint erp {
        url    http://127.0.0.1:%%PORT_hook%%/;
        events order.add;
    }
    webhook_receiver in {
        secret in-0123456789-abcdefghij;
        action POST /api '{}';
    }
CONF
    server => <<'CONF',
    location = /metrics { webhook_metrics; }
    location ^~ /hook/ { webhook_receive; }
    location /api {
        webhook_event order.add POST ^/api$;
        return 200 '{}';
    }
CONF
);

$t->start;

$t->post('/api', '{}');

my ($text, $metrics);

ok wait_for(sub {
    $text = $t->get('/metrics')->{body};
    $metrics = Webhook::Metrics->new($text);

    return $metrics->value('ngx_webhook_endpoint_sends_total',
                           endpoint => 'erp', outcome => 'delivered')
           && $metrics->samples('ngx_webhook_receiver_calls_total',
                                receiver => 'in');
}, 20), 'there are metrics of an endpoint and a receiver';


sub promtool
{
    my ($input, @args) = @_;

    my $file = $t->file('promtool.in', $input // '');

    my $out = `$promtool @args < $file 2>&1`;

    return ($? >> 8, $out);
}


my ($status, $out) = promtool($text, 'check', 'metrics');

is $status, 0, 'promtool check metrics' or diag $out;
is $out, '', 'and finds nothing to say of them';

($status, $out) = promtool(undef, 'check', 'rules', $rules);

is $status, 0, 'promtool check rules' or diag $out;

# That it can fail.

($status) = promtool("a 1\na{b} 2\n", 'check', 'metrics');

isnt $status, 0, 'a text that is none is refused';


# What is named is there.

my %names = map { $_ => 1 } $metrics->names;
my %values;                             # of labels, by metric

for my $sample (map { $metrics->samples($_) } keys %names) {
    $values{ $sample->{name} }{$_}{ $sample->{labels}{$_} } = 1
        for keys %{ $sample->{labels} };
}

my @exprs = slurp($rules) =~ /^\s+expr: (.*)$/mg;

cmp_ok scalar @exprs, '>', 15, 'there are rules';

check($_) for @exprs;

my $json = JSON::PP->new->decode(slurp($dashboard));
my @panels = map { ($_, @{ $_->{panels} // [] }) } @{ $json->{panels} };

@exprs = ((map { map { $_->{expr} } @{ $_->{targets} // [] } } @panels),
          map { $_->{query}{query} }
          grep { $_->{type} eq 'query' } @{ $json->{templating}{list} });

cmp_ok scalar @exprs, '>', 30, 'there are panels';

check($_) for @exprs;

# Each counter that tells of a loss is told of by a rule.

my $all = slurp($rules);

like $all, qr/\bngx_webhook_${_}_total\b/, "$_ has an alert"
    for qw(events_failed events_too_large events_undecodable events_partial
           deliveries_unmade calls_unlogged dead_letters_dropped store_errors);


# Prometheus' own parser: the dashboard's expressions as rules.

my $as_rules = "groups:\n- name: dashboard\n  rules:\n";

for my $expr (grep { !/^label_values/ } @exprs) {
    my $plain = $expr;

    $plain =~ s/\$__rate_interval/5m/g;
    $plain =~ s/\$\w+/.*/g;
    $plain =~ s/'/''/g;

    $as_rules .= "  - record: x:y\n    expr: '$plain'\n"
                 . "    labels: { n: \"" . length($as_rules) . "\" }\n";
}

my $file = $t->file('dashboard.yml', $as_rules);

($status, $out) = promtool(undef, 'check', 'rules', $file);

is $status, 0, 'the expressions of the dashboard can be read' or diag $out;

$t->stop;
$t->ok_logs;

done_testing;


sub check
{
    my ($expr) = @_;

    my @named = $expr =~ /\b(ngx_webhook_\w+)/g;

    ok scalar @named, "it names a metric: $expr";

    for my $name (@named) {
        ok $names{$name}, "$name is there" or diag $expr;
    }

    # name{label="value"}, label=~"a|b", by (label)

    while ($expr =~ /\b(ngx_webhook_\w+)\{([^}]*)\}/g) {
        my ($name, $labels) = ($1, $2);

        while ($labels =~ /(\w+)(?:=|=~|!=)"([^"]*)"/g) {
            my ($label, $value) = ($1, $2);

            next if $label eq 'instance';

            ok $values{$name}{$label}, "$name has the label $label"
                or diag $expr;

            next if $value =~ /\$/;

            ok $values{$name}{$label}{$_}, "$name has $label=\"$_\""
                for split /\|/, $value;
        }
    }

    while ($expr =~ /\bby \(([^)]*)\)/g) {
        for my $label (grep { $_ ne 'instance' } split /,\s*/, $1) {
            ok scalar(grep { $values{$_}{$label} } @named),
               "there is a label $label" or diag $expr;
        }
    }

    return;
}
