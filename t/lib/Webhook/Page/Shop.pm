package Webhook::Page::Shop;

=head1 NAME

Webhook::Page::Shop - an nginx with much to see on its page, and a browser before it

=head1 SYNOPSIS

    use Webhook::Page::Shop;

    my $p = Webhook::Page::Shop->new(evil => '<img src=x>');

    my $b = $p->browser(width => 360, language => 'vi', dark => 1);

    for my $screen ($p->screens) {
        $p->show($b, $screen);
    }

=head1 DESCRIPTION

A L<Webhook::Routes> with endpoints, one of which is in trouble and one paused, orders, receivers, calls
and a task.

=head2 new(OPTIONS)

C<evil> is a text that stands in each name, description, header and answer that others write; C<http>, C<server>
are as of Webhook::Routes. Of the object C<s> is the Webhook::Routes; C<hook>, C<bad>, C<receiver>, C<delivery>, C<dead>,
C<call> and C<task> are ids.

=head2 browser(OPTIONS)

A L<Webhook::Page::Browser> in which somebody has signed in, by C<token>, a name of Webhook::Routes ('root'); it
shows the overview.

=head2 screens()

The fragments of all screens.

=head2 show(BROWSER, FRAGMENT)

Goes there, and waits until it is shown whole, but for what is folded away; shown(BROWSER) waits alone.

=head2 url()

=cut

use strict;
use warnings;

use JSON::PP ();

use Webhook::Page::Browser;
use Webhook::Routes;
use Webhook::Test qw(wait_for);


sub new
{
    my ($class, %args) = @_;

    my $evil = $args{evil} // '';
    my $bytes = $evil;

    utf8::encode($bytes);

    my $s = Webhook::Routes->new(
        registry => 'durable_api http://127.0.0.1:%%PORT_api%%;',
        http => <<"HTTP" . ($args{http} // ''),
        webhook_event_type order.edit group=order "An order was changed";
        webhook_event_type cashflow.add group=cashbook "A receipt was recorded";
HTTP
        server => <<"SERVER" . ($args{server} // ''),
        location = /metrics { webhook_metrics; }
SERVER
    );

    my $self = bless { s => $s }, $class;
    my ($api, $hook) = @$s{qw(root hook)};

    $hook->answer('/bad', { status => 500, body => "no: $bytes" });

    $self->{hook} = $self->make(endpoints => $s->endpoint(
        name => "erp $evil", description => "of the warehouse $evil",
        headers => [{ name => 'X-Company', value => "1260 $evil" }],
        filter => ['data.total > 1000'], secret => JSON::PP::true,
        format => 'xml'));

    $self->{bad} = $self->make(endpoints => $s->endpoint(
        name => "kho $evil", url => $hook->url('/bad'),
        retry => { attempts => 2, first => '20ms' }));

    $self->{paused} = $self->make(endpoints => $s->endpoint(
        name => "moves $evil"));

    $api->post("endpoints/$self->{paused}/pause", { reason => "moves $evil" });

    my (undef, $receiver) = $api->post('receivers', $s->receiver(
        name => "contact $evil", description => "Create a contact $evil",
        require => ['name', 'email']));

    $self->{receiver} = $receiver->{id};

    $self->{waits} = $self->make(receivers => $s->receiver(
        name => "later $evil", mode => 'durable'));

    $api->post("receivers/$self->{waits}/pause", { reason => "moves $evil" });

    $s->order(customer => "Anna $evil", n => $_) for 1 .. 3;

    my ($path) = $receiver->{url} =~ m{(/web/hook/.*)};

    for my $body ({ name => "Anna $evil", email => 'anna@example.com' },
                  { name => "Nobody $evil" })
    {
        $s->{t}->request('POST', $path, JSON::PP->new->utf8->encode($body),
                         headers => ['Content-Type' => 'application/json']);
    }

    $self->{delivery} = $s->delivery($api,
        "endpoint=$self->{hook}&state=delivered")->{id};
    $self->{dead} = $s->delivery($api,
        "endpoint=$self->{bad}&state=dead")->{id};

    wait_for(sub {
        local $api->{openapi};
        my (undef, $page) = $api->get("receivers/$self->{receiver}/calls");
        $self->{call} = $page->{items}[1] && $page->{items}[1]{id};
    }) or die "there are no calls\n";

    $self->{task} = $self->make('deliveries/retry',
        { filter => { endpoint => $self->{bad}, state => 'dead' } });

    return $self;
}


sub make
{
    my ($self, $what, $settings) = @_;

    my ($r, $made) = $self->{s}{root}->post($what, $settings);

    $r->{status} =~ /^2/ or die "$what: $r->{status} $r->{body}\n";

    return $made->{id};
}


sub url { return 'http://127.0.0.1:' . $_[0]{s}{t}->port . '/webhook/'; }


sub screens
{
    my ($self) = @_;

    return ('#/', '#/hooks', '#/hooks/new', "#/hooks/$self->{hook}",
            "#/hooks/$self->{bad}", "#/hooks/$self->{hook}/edit",
            '#/hooks/configured',
            '#/deliveries', '#/deliveries?state=dead',
            "#/deliveries/$self->{delivery}", "#/deliveries/$self->{dead}",
            '#/receivers', '#/receivers/new', "#/receivers/$self->{receiver}",
            "#/receivers/$self->{receiver}/edit",
            "#/receivers/$self->{waits}",
            "#/receivers/$self->{receiver}/calls/$self->{call}",
            '#/events', '#/tasks', "#/tasks/$self->{task}", '#/audit',
            '#/settings', '#/nowhere');
}


sub browser
{
    my ($self, %args) = @_;

    my $b = Webhook::Page::Browser->new(%args);

    $b->go($self->url);
    $b->wait('return document.activeElement.type === "password"',
             'a question for the token');
    $b->type($self->{s}->token($args{token} // 'root'));
    $b->press('Enter');
    $self->shown($b);

    return $b;
}


sub show
{
    my ($self, $b, $screen) = @_;

    # what is shown now must not be taken for it

    $b->js('document.querySelector("main").replaceChildren();'
           . 'if (location.hash === arguments[0])'
           . ' { dispatchEvent(new Event("hashchange")) }'
           . ' location.hash = arguments[0]', $screen);

    $self->shown($b);

    return;
}


sub shown
{
    my ($self, $b) = @_;

    return $b->wait('const m = document.querySelector("main");'
                    . 'return m && m.querySelector("h1, h2")'
                    . ' && !m.querySelector(".login")'
                    . ' && ![...m.querySelectorAll(".loading")]'
                    . '     .some(e => e.checkVisibility())'
                    . ' && m.contains(document.activeElement)',
                    'a screen');
}


1;
