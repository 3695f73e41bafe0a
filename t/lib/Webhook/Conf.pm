package Webhook::Conf;

=head1 NAME

Webhook::Conf - what the tables of t/conf have in common

=head1 SYNOPSIS

    use lib 't/lib';
    use Test::Nginx::Socket;
    use Webhook::Conf;

    plan 'no_plan';

    conf_defaults(http => <<'CONF');
    webhook_store store_temp size=16m;
    webhook_event_type order.add;
    CONF

    run_tests();

    __DATA__

    === TEST 1: an endpoint
    --- user_files
    >>> webhook.conf
    webhook_endpoint erp { url http://127.0.0.1:9; events *; }

=head1 FUNCTIONS

=head2 conf_defaults(%options)

Runs the blocks in the order in which they stand.  What one does not say itself,
it gets:

=over

=item *

a config with a location /t that answers "ok", and with the option C<config>;

=item *

unless nginx has to refuse it, a request for /t and that answer;

=item *

an http_config that is the option C<http>, and that includes the block's file
webhook.conf if it has user_files.

=back

With the option C<module>, the path of a dynamic module, blocks that have a
main_config are left out where nginx cannot load that one.

A test's own add_block_preprocessor comes behind this: the last one is called
first.

=cut

use strict;
use warnings;

use Exporter qw(import);

use Webhook::Nginx qw(loads);

our @EXPORT = qw(conf_defaults);


# The functions are those that the test has of Test::Nginx::Socket, ours or the
# original, which has to be told of the test's package alone.

sub conf_defaults
{
    my (%set) = @_;

    my $test = caller;

    my $call = sub {
        my ($name, @args) = @_;
        return $test->can($name)->(@args);
    };

    my $config = 'location = /t { return 200 "ok\n"; }'
                 . ($set{config} // '');
    my $lacks = $set{module} && !loads($set{module});

    $ENV{TEST_NGINX_HTML_DIR} ||= $call->('html_dir');

    $call->('no_shuffle');
    $call->('no_long_string');

    $call->('add_block_preprocessor', sub {
        my ($block) = @_;

        if (!defined $block->config) {
            $block->set_value('config', $config);
        }

        if (!defined $block->request && !defined $block->must_die) {
            $block->set_value('request', 'GET /t');
            $block->set_value('response_body', "ok\n");
        }

        if (!defined $block->http_config) {
            $block->set_value('http_config', ($set{http} // '')
                . (defined $block->user_files
                   ? 'include $TEST_NGINX_HTML_DIR/webhook.conf;' : ''));
        }

        if ($lacks && defined $block->main_config) {
            $block->set_value('skip_nginx',
                              "3: > 0.0.0: without $set{module}");
        }
    });
}


1;
