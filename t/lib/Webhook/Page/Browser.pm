package Webhook::Page::Browser;

=head1 NAME

Webhook::Page::Browser - Debian's Chromium, for tests of the page

=head1 SYNOPSIS

    use Webhook::Page::Browser;

    plan skip_all => Webhook::Page::Browser::missing() if Webhook::Page::Browser::missing();

    my $b = Webhook::Page::Browser->new(width => 1200, height => 900);

    $b->go($url);
    $b->wait('return document.querySelector("h1")', 'a heading');
    $b->tab_to('#hook-name');
    $b->type('erp');
    $b->press('Enter');

=head1 DESCRIPTION

Chromium without a window, by the WebDriver protocol of chromedriver.  It has a profile of its own in
a folder of the test, and ends with it.

=head2 missing()

Why there is no browser; false: there is one.

=head2 new(OPTIONS)

C<width> (1200) and C<height> (900) of the window's inside, C<dark> (0), C<language> ('en-US'); C<trace>, categories
of Chrome's tracing, for events(); C<stub>, for stub().

=head2 go(URL), js(SCRIPT, ARGUMENTS...), cdp(COMMAND, PARAMETERS)

js() runs the body of a function and returns what it returns; cdp() is a command of Chrome's DevTools
protocol, with a hash of its parameters.

=head2 wait(SCRIPT, WHAT, SECONDS)

Runs SCRIPT until it returns something true, and returns that; dies with WHAT, and what the page shows, if it
does not within SECONDS (20) of a quiet machine.

=head2 press(KEYS...), type(TEXT)

Presses and releases keys one after the other: C<Tab Enter Space Escape Up Down Left Right Home End>,
C<Shift+Tab>, or a letter.  A text goes to where the focus is.

=head2 tab_to(SELECTOR, TEXT)

Presses Tab until the focus is on what the CSS selector means and, if it is given, begins with TEXT, or has such
a label.  Dies if Tab does not come by.

=head2 choose(SELECTOR, TEXT, KEYS)

tab_to(), and types KEYS (or TEXT) to choose an option of a select; dies if that is not TEXT then.

=head2 text(SELECTOR), count(SELECTOR), focused()

What is read of the first that the selector means (''), how many there are, and what has the focus, as HTML.

=head2 size(WIDTH, HEIGHT), dark(YES), screenshot(FILE)

=head2 console()

What the browser has told since it was asked last: texts of warnings and errors.

=head2 events()

With C<trace>: what DevTools has been told since it was asked last, as hashes with C<method> and C<params>;
of the network, and C<Tracing.dataCollected>.

=head2 stub(STUBS)

Of a browser with C<stub>: what becomes of the page's requests from now on, each a hash: C<method> (GET) and C<path>, a
pattern of JavaScript for path and query, say which; C<status> is answered with C<headers> and C<body> (an object; a
problem unless set), 0 as from a server that cannot be reached; C<lost> has the server do it, and the answer lost;
C<times> is for how often. Without any all go to the server.

=head2 asked(PATH)

Of such a browser: what the page has asked for since it was asked last, as hashes with C<method>, C<path>, C<key> (its
C<Idempotency-Key>) and C<status>, of paths that the pattern means.

=head2 end()

=cut

use strict;
use warnings;

use HTTP::Tiny ();
use JSON::PP ();
use MIME::Base64 qw(decode_base64);

use Webhook::Sandbox qw(free_port wait_for temp_dir at_end spawn kill_now);

my $json = JSON::PP->new->utf8->canonical->allow_nonref;

my %keys = (
    Tab => "\x{E004}", Enter => "\x{E007}", Escape => "\x{E00C}",
    Space => ' ', Shift => "\x{E008}", Backspace => "\x{E003}",
    Home => "\x{E011}", End => "\x{E010}", Left => "\x{E012}",
    Up => "\x{E013}", Right => "\x{E014}", Down => "\x{E015}",
);

# whether the focus is where a test wants it
my $at = <<'JS';
    const [selector, text] = arguments;
    const e = document.activeElement;

    if (!e || e === document.body || !e.matches(selector)) {
        return false;
    }

    return text === null
           || [e.getAttribute('aria-label'), e.textContent,
               ...[...e.labels ?? []].map(l => l.textContent)]
              .some(t => t && t.trim().startsWith(text));
JS

# From the second one on, no Tab goes past where a test wants the focus; null:
# each goes on again.
my $stay = <<'JS';
    const [selector, text] = arguments;

    if (window.stay) {
        window.removeEventListener('keydown', window.stay, true);
        window.stay = null;
    }

    if (selector !== null) {
        let first = true;

        const at = (...arguments) => { AT };

        window.stay = event => {
            if (event.key === 'Tab' && !first && at(selector, text)) {
                event.preventDefault();
                event.stopImmediatePropagation();
            }

            first &&= event.key !== 'Tab';
        };

        window.addEventListener('keydown', window.stay, true);
    }
JS

$stay =~ s/\(\.\.\.arguments\) => \{ AT \}/function () {\n$at}/;

# what stands before the page's own requests
my $stub = <<'JS';
    const real = window.fetch;

    window.stubs = [];
    window.asked = [];

    window.fetch = async (to, init = {}) => {
        const url = new URL(to, location.href);
        const method = init.method ?? 'GET';
        const path = url.pathname + url.search;
        const stub = window.stubs.find(s => (s.method ?? 'GET') === method
            && (s.times ?? 1) > 0 && new RegExp(s.path).test(path));
        const told = { method, path, status: null,
                       key: new Headers(init.headers).get('Idempotency-Key') };

        window.asked.push(told);

        if (stub?.times) {
            stub.times--;
        }

        if (!stub || stub.lost) {
            const answer = await real(to, init);
            told.status = answer.status;

            if (!stub) {
                return answer;
            }
        }

        if (!stub.status) {
            throw new TypeError('Failed to fetch');
        }

        told.status = stub.status;

        return new Response(JSON.stringify(stub.body ?? {
            type: 'about:blank', title: 'Stub', status: stub.status,
            detail: `It is a ${stub.status}`, request_id: '0123456789abcdef'
        }), { status: stub.status, headers: stub.headers ?? {} });
    };
JS


sub missing
{
    for my $program (qw(chromedriver chromium)) {
        return "Debian's $program is not installed"
            unless grep { -x "$_/$program" } split /:/, $ENV{PATH};
    }

    return '';
}


sub new
{
    my ($class, %args) = @_;

    my $home = temp_dir('browser');
    my $port = free_port();

    my $pid = spawn(sub {
        $ENV{HOME} = $home;
        $ENV{TMPDIR} = $home;
        open STDOUT, '>', "$home/chromedriver.log";
        open STDERR, '>&', \*STDOUT;
        exec 'chromedriver', "--port=$port", '--log-level=WARNING';
    });

    my $self = bless {
        pid  => $pid,
        home => $home,
        base => "http://127.0.0.1:$port",
        http => HTTP::Tiny->new(timeout => 300, proxy => undef,
                                http_proxy => undef),
    }, $class;

    at_end(sub { $self->end });

    wait_for(sub { $self->{http}->get("$self->{base}/status")->{success} }, 60)
        or die "chromedriver does not answer\n";

    my $session = $self->call(POST => '/session', { capabilities => {
        alwaysMatch => $self->capabilities(%args)
    } });

    $self->{session} = "/session/$session->{sessionId}";

    $self->size($args{width} // 1200, $args{height} // 900);
    $self->dark(1) if $args{dark};

    if ($args{stub}) {
        $self->cdp('Page.addScriptToEvaluateOnNewDocument',
                   { source => $stub });
    }

    return $self;
}


sub capabilities
{
    my ($self, %args) = @_;

    my $language = $args{language} // 'en-US';

    return {
        browserName => 'chrome',
        'goog:loggingPrefs' => {
            browser => 'ALL',
            $args{trace} ? (performance => 'ALL') : (),
        },
        'goog:chromeOptions' => {
            $args{trace}
                ? (perfLoggingPrefs => { enableNetwork => JSON::PP::true,
                                         traceCategories => $args{trace} })
                : (),
            args => ['--headless=new', '--no-sandbox', '--disable-gpu',
                     '--disable-dev-shm-usage', '--no-first-run',
                     '--disable-background-networking',
                     '--disable-component-update', '--disable-sync',
                     '--disable-extensions', "--lang=$language",
                     "--user-data-dir=$self->{home}/profile"],
            prefs => { 'intl.accept_languages' => $language },
        },
    };
}


sub call
{
    my ($self, $method, $path, $body) = @_;

    my $r = $self->{http}->request($method, "$self->{base}$path", {
        headers => { 'Content-Type' => 'application/json' },
        defined $body ? (content => $json->encode($body)) : (),
    });

    my $answer = eval { $json->decode($r->{content}) };

    die "$method $path: $r->{status} " . substr($r->{content}, 0, 300) . "\n"
        unless ref $answer eq 'HASH';

    my $value = $answer->{value};

    if (ref $value eq 'HASH' && exists $value->{error}) {
        die "$method $path: $value->{error}: $value->{message}\n";
    }

    return $value;
}


sub go
{
    my ($self, $url) = @_;

    return $self->call(POST => "$self->{session}/url", { url => $url });
}


sub js
{
    my ($self, $script, @args) = @_;

    return $self->call(POST => "$self->{session}/execute/sync",
                       { script => $script, args => \@args });
}


sub cdp
{
    my ($self, $command, $params) = @_;

    return $self->call(POST => "$self->{session}/goog/cdp/execute",
                       { cmd => $command, params => $params // {} });
}


sub wait
{
    my ($self, $script, $what, $seconds) = @_;

    # a page that is just left has nothing to be asked
    my $found = wait_for(sub { eval { $self->js($script) } },
                         $seconds // 20);

    return $found if $found;

    my $page = $self->js('return document.body.innerText') // '';

    die 'there is no ' . ($what // $script) . ":\n$page\n"
        . join("\n", $self->console) . "\n";
}


sub press
{
    my ($self, @names) = @_;

    my @actions;

    for my $name (@names) {
        my @held = split /\+(?=.)/, $name;
        my $key = pop @held;

        push @actions,
            (map { { type => 'keyDown', value => $keys{$_} } } @held),
            { type => 'keyDown', value => $keys{$key} // $key },
            { type => 'keyUp', value => $keys{$key} // $key },
            (map { { type => 'keyUp', value => $keys{$_} } } reverse @held);
    }

    return $self->call(POST => "$self->{session}/actions", { actions => [
        { type => 'key', id => 'keyboard', actions => \@actions }
    ] });
}


sub type
{
    my ($self, $text) = @_;

    return $self->press(split //, $text);
}


sub tab_to
{
    my ($self, $selector, $text) = @_;

    # several at a time, since each call takes long

    $self->js($stay, $selector, $text);

    for (1 .. 20) {
        $self->press(('Tab') x 10);

        if ($self->js($at, $selector, $text)) {
            $self->js($stay, undef, undef);
            return 1;
        }
    }

    die "Tab does not come to $selector" . (defined $text ? " ($text)" : '')
        . ', but to ' . $self->focused . "\n";
}


sub choose
{
    my ($self, $selector, $text, $typed) = @_;

    $self->tab_to($selector);
    $self->type($typed // $text);

    my $is = $self->js('const s = document.activeElement.selectedOptions;'
                       . 'return s && s[0] ? s[0].textContent : ""');

    die "\"$is\" is chosen instead of \"$text\"\n"
        unless index($is, $text) == 0;

    return 1;
}


sub text
{
    my ($self, $selector) = @_;

    return $self->js('const e = document.querySelector(arguments[0]);'
                     . 'return e ? e.innerText : ""', $selector);
}


sub count
{
    my ($self, $selector) = @_;

    return $self->js('return document.querySelectorAll(arguments[0]).length',
                     $selector);
}


sub focused
{
    my ($self) = @_;

    return $self->js('return document.activeElement'
                     . ' ? document.activeElement.outerHTML.slice(0, 300)'
                     . ' : ""');
}


sub size
{
    my ($self, $width, $height) = @_;

    return $self->cdp('Emulation.setDeviceMetricsOverride',
        { width => $width, height => $height, deviceScaleFactor => 1,
          mobile => JSON::PP::false });
}


sub dark
{
    my ($self, $yes) = @_;

    return $self->cdp('Emulation.setEmulatedMedia', { features => [
        { name => 'prefers-color-scheme', value => $yes ? 'dark' : 'light' }
    ] });
}


sub screenshot
{
    my ($self, $file) = @_;

    my $png = $self->call(GET => "$self->{session}/screenshot");

    open my $f, '>:raw', $file or die "$file: $!\n";
    print $f decode_base64($png);
    close $f or die "$file: $!\n";

    return $file;
}


sub console
{
    my ($self) = @_;

    my $log = $self->call(POST => "$self->{session}/se/log",
                          { type => 'browser' });

    return map { $_->{message} }
           grep { $_->{level} =~ /^(?:WARNING|SEVERE)$/ } @$log;
}


sub stub
{
    my ($self, @stubs) = @_;

    return $self->js('window.stubs = arguments[0]; window.asked = [];',
                     \@stubs);
}


sub asked
{
    my ($self, $path) = @_;

    return @{$self->js('const all = window.asked; window.asked = [];'
                       . 'const path = new RegExp(arguments[0]);'
                       . 'return all.filter(a => path.test(a.path));', $path)};
}


sub events
{
    my ($self) = @_;

    my $log = $self->call(POST => "$self->{session}/se/log",
                          { type => 'performance' });

    return map { $json->decode($_->{message})->{message} } @$log;
}


sub end
{
    my ($self) = @_;

    my $pid = delete $self->{pid} or return;

    eval { $self->call(DELETE => $self->{session}) } if $self->{session};

    kill_now($pid);

    return;
}


1;
