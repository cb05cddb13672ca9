#!/usr/bin/perl
# net_smpp.pl - Net::SMPP as the oracle of our codec.
#   net_smpp.pl write N SEED   N random PDUs: "HEX<TAB>FIELDS" a line
#   net_smpp.pl read           PDUs as HEX a line on stdin: their FIELDS a line
# FIELDS: name=hex of each field in a fixed order, joined by blanks.
use strict;
use warnings;
use Net::SMPP;
use Socket;
use IO::Socket::UNIX;

my @names = qw(service_type source_addr_ton source_addr_npi source_addr dest_addr_ton dest_addr_npi destination_addr
  esm_class protocol_id priority_flag schedule_delivery_time validity_period registered_delivery
  replace_if_present_flag data_coding sm_default_msg_id short_message);
my %number = map { $_ => 1 } grep { /ton$|npi$|class|_id$|flag|delivery$|coding/ } @names;
my @tlvs = qw(sar_msg_ref_num message_payload receipted_message_id user_message_reference ussd_service_op its_session_info);

my ($mine, $theirs) = IO::Socket::UNIX->socketpair(AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
my $smpp = bless $mine, 'Net::SMPP';
${*$smpp}{$_} = Net::SMPP::Default->{$_} for keys %{&Net::SMPP::Default};
$smpp->set_version(0x34);
$smpp->autoflush(1);

sub fields {
    my ($pdu) = @_;
    my @out = (sprintf('cmd=%08x seq=%08x status=%08x', $pdu->{cmd}, $pdu->{seq}, $pdu->{status}));
    for my $name (@names, 'message_id', 'system_id', 'password', @tlvs) {
        my $v = $pdu->{$name};
        $v = defined $v ? $v : '';
        $v = $v eq '' ? '00' : sprintf '%02x', $v if $number{$name};
        $v = unpack 'H*', $v unless $number{$name};
        push @out, "$name=$v";
    }
    return join ' ', @out;
}

sub letters {
    my ($max) = @_;
    return join '', map { chr(33 + int rand 90) } 1 .. int rand($max + 1);
}

sub one {
    my ($i) = @_;
    my %p = (service_type => letters(5), source_addr => letters(20), destination_addr => letters(20),
        schedule_delivery_time => (rand() < .5 ? '' : '261121090000000+'), validity_period => (rand() < .5 ? '' : '000001000000000R'),
        short_message => join '', map { chr int rand 256 } 1 .. int rand 255);
    $p{$_} = int rand 256 for grep { $number{$_} } @names;
    my %t;
    for my $t (@tlvs) {
        next if rand() < .6;
        $t{$t} = join '', map { chr int rand 256 } 1 .. ($t =~ /ref|its/ ? 2 : $t =~ /op/ ? 1 : 1 + int rand 600);
    }
    my $seq = 1 + int rand 0x7ffffffe;
    my $kind = $i % 5;
    if ($kind < 2) { $smpp->submit_sm(%p, %t, seq => $seq, async => 1) }
    elsif ($kind == 2) { $smpp->deliver_sm(%p, %t, seq => $seq, async => 1) }
    elsif ($kind == 3) { $smpp->submit_sm_resp(message_id => letters(64), status => int rand 256, seq => $seq) }
    else { $smpp->bind_transceiver(system_id => letters(15), password => letters(8), seq => $seq, async => 1) }
}

sub feed { my ($bytes) = @_; syswrite $theirs, $bytes; return $smpp->read_pdu() }

my $what = shift // '';
if ($what eq 'write') {
    my ($n, $seed) = @ARGV;
    srand $seed;
    for my $i (1 .. $n) {
        one($i);
        sysread $theirs, my $bytes, 65536;
        print unpack('H*', $bytes), "\t", fields(feed($bytes)), "\n";
    }
} elsif ($what eq 'read') {
    while (<STDIN>) {
        chomp;
        my $pdu = feed(pack 'H*', $_);
        print $pdu ? fields($pdu) : 'refused', "\n";
    }
} else {
    die "usage: net_smpp.pl write N SEED | read\n";
}
