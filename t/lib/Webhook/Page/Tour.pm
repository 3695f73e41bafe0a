package Webhook::Page::Tour;

=head1 NAME

Webhook::Page::Tour - somebody who goes through the page with the keyboard alone, in any language

=head1 SYNOPSIS

    use Webhook::Page::Tour;

    for my $look (Webhook::Page::Tour::looks()) {
        my $s = Webhook::Routes->new;
        my $p = Webhook::Page::Tour->new($s, 'manager', %$look);

        $p->menu('menu.hooks');
        $p->at($p->t('hooks.title'));
        $p->pick('#hook-format', 'XML');
        $p->enter('button[type=submit]', $p->t('hook.register'));
    }

=head1 DESCRIPTION

=head2 looks()

Options of browsers: wide, light and English; 360 pixels wide, dark and Vietnamese; 360 pixels wide and Thai.  Under
the sanitizers, which see what the page asks for, the first alone.

=head2 new(ROUTES, NAME, OPTIONS)

A L<Webhook::Page::Browser> with these options, C<b> of the object, in which NAME of a L<Webhook::Routes> has signed in
after a token that nobody has; C<fragment> is where it comes to.  C<name> of the object tells the look.

=head2 t(KEY, VALUES)

The text of a key in its language: C<< n => 2 >> chooses its form, too.

=head2 at(TITLE)

Waits until a screen of that title is there, whose heading has the focus.

=head2 menu(KEY)

Goes to where the menu has such a text: by its button, where the window is narrow.

=head2 enter(SELECTOR, TEXT), fill(SELECTOR, LABEL, TEXT), pick(SELECTOR, TEXT, LABEL)

Goes there by Tab and presses Enter; types; or goes through a select's options until one begins with TEXT.

=cut

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use Webhook::Page::Browser;
use Webhook::Test qw(asan);

my $json = JSON::PP->new->allow_nonref;


sub looks
{
    my @looks = ({ language => 'en', width => 1200 },
                 { language => 'vi', width => 360, dark => 1 },
                 { language => 'th', width => 360 });

    return asan() ? $looks[0] : @looks;
}


sub new
{
    my ($class, $s, $name, %look) = @_;

    my $fragment = delete $look{fragment} // '';
    my $file = "page/lang/$look{language}.json";

    open my $f, '<:raw', $file or die "$file: $!\n";
    my $text = do { local $/; <$f> };
    close $f;

    my $self = bless {
        words => JSON::PP->new->utf8->decode($text),
        b     => Webhook::Page::Browser->new(%look, height => 800),
        name  => "$look{language}, $look{width}",
    }, $class;

    my $b = $self->{b};

    $b->go('http://127.0.0.1:' . $s->{t}->port . "/webhook/$fragment");
    $b->wait('return document.activeElement.type === "password"',
             'a question for the token');

    is $b->js('return document.documentElement.lang'), $look{language},
        "$self->{name}: in its language";

    $b->type('token-of-nobody-0123456789');
    $b->press('Enter');
    $b->wait('return document.querySelector(".login .error").textContent',
             'a word on the wrong token');
    $b->press('Tab', 'Shift+Tab');
    $b->type($s->token($name));
    $b->press('Enter');
    $b->wait('return document.activeElement.tagName === "H1"'
             . ' && !document.body.classList.contains("out")', 'the page');

    return $self;
}


sub t
{
    my ($self, $key, %values) = @_;

    my $words = $self->{words};
    my $form = ($values{n} // 0) == 1 && exists $words->{"$key#one"}
               ? 'one' : 'other';
    my $text = $words->{"$key#$form"} // $words->{$key}
               // die "there is no text \"$key\"\n";

    return $text =~ s/\{(\w+)\}/$values{$1} \/\/ "{$1}"/ger;
}


sub at
{
    my ($self, $title) = @_;

    return $self->{b}->wait(
        'return document.activeElement.tagName === "H1"'
        . ' && ![...document.querySelectorAll("main .loading")]'
        . '     .some(e => e.checkVisibility())'
        . ' && document.activeElement.textContent === '
        . $json->encode($title), "a screen \"$title\"");
}


sub menu
{
    my ($self, $key) = @_;

    my $b = $self->{b};

    if ($b->js('return document.querySelector(".toggle").checkVisibility()')) {
        is $b->count('.menu.open'), 0, "$self->{name}: the menu is folded";
        $self->enter('.toggle');
        is $b->js('return document.activeElement.getAttribute("aria-expanded")'),
            'true', 'until its button is pressed';
    }

    return $self->enter('.menu a', $self->t($key));
}


sub enter
{
    my ($self, $selector, $text) = @_;

    $self->{b}->tab_to($selector, $text);

    return $self->{b}->press('Enter');
}


sub fill
{
    my ($self, $selector, $label, $text) = @_;

    $self->{b}->tab_to($selector, $label);

    return $self->{b}->type($text);
}


sub pick
{
    my ($self, $selector, $text, $label) = @_;

    my $b = $self->{b};
    my $is = '';

    $b->tab_to($selector, $label);
    $b->press('Home');

    for (1 .. 200) {
        $is = $b->js('const s = document.activeElement.selectedOptions;'
                     . 'return s && s[0] ? s[0].textContent : ""');

        return 1 if index($is, $text) == 0;

        $b->press('Down');
    }

    die "there is no \"$text\" to choose, but \"$is\"\n";
}


sub end { return $_[0]{b}->end; }


1;
