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
my %number = map { $_ => 1 } 'interface_version', grep { /ton$|npi$|class|_id$|flag|delivery$|coding/ } @names;
my @tlvs = qw(receipted_message_id user_message_reference sar_msg_ref_num sar_total_segments sar_segment_seqnum
  sc_interface_version network_error_code message_payload message_state ussd_service_op its_session_info);
# How long a value may be; the others: 1 to 600 octets.
my %octets = (user_message_reference => 2, sar_msg_ref_num => 2, sar_total_segments => 1, sar_segment_seqnum => 1,
    sc_interface_version => 1, network_error_code => 3, message_state => 1, ussd_service_op => 1, its_session_info => 2);
# Names that Net::SMPP has for the same thing in other PDUs.
my %also = (source_addr_ton => ['addr_ton'], source_addr_npi => ['addr_npi'], source_addr => ['address_range'],
    dest_addr_ton => ['esme_addr_ton'], dest_addr_npi => ['esme_addr_npi'], destination_addr => ['esme_addr']);

my ($mine, $theirs) = IO::Socket::UNIX->socketpair(AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
my $smpp = bless $mine, 'Net::SMPP';
${*$smpp}{$_} = Net::SMPP::Default->{$_} for keys %{&Net::SMPP::Default};
$smpp->set_version(0x34);
$smpp->autoflush(1);

sub fields {
    my ($pdu) = @_;
    my @out = (sprintf('cmd=%08x seq=%08x status=%08x', $pdu->{cmd}, $pdu->{seq}, $pdu->{status}));
    for my $name (@names, qw(message_id system_id password system_type interface_version), @tlvs) {
        my ($v) = grep { defined } map { $pdu->{$_} } $name, @{$also{$name} || []};
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

sub octet { return int rand 256 }

# Every PDU that we may read or write, by its name in Net::SMPP: what stands in it.
my %body = (
    sm => sub {
        (service_type => letters(5), source_addr => letters(20), destination_addr => letters(20),
            schedule_delivery_time => (rand() < .5 ? '' : '261121090000000+'), validity_period => (rand() < .5 ? '' : '000001000000000R'),
            short_message => join('', map { chr octet() } 1 .. int rand 255), map({ $_ => octet() } grep { $number{$_} } @names));
    },
    data => sub {
        (service_type => letters(5), source_addr => letters(64), destination_addr => letters(64),
            map { $_ => octet() } qw(source_addr_ton source_addr_npi dest_addr_ton dest_addr_npi esm_class registered_delivery data_coding));
    },
    id => sub { (message_id => letters(64)) },
    bind => sub {
        (system_id => letters(15), password => letters(8), system_type => letters(12), interface_version => octet(), addr_ton => octet(),
            addr_npi => octet(), address_range => letters(40));
    },
    who => sub { (system_id => letters(15)) },
    outbind => sub { (system_id => letters(15), password => letters(8)) },
    alert => sub {
        (source_addr_ton => octet(), source_addr_npi => octet(), source_addr => letters(64), esme_addr_ton => octet(), esme_addr_npi => octet(),
            esme_addr => letters(64));
    },
    none => sub { () },
);
my @kinds = map { [split /:/] } qw(submit_sm:sm:t deliver_sm:sm:t data_sm:data:t submit_sm_resp:id:t deliver_sm_resp:id:t data_sm_resp:id:t
  bind_transceiver:bind bind_transmitter:bind bind_receiver:bind bind_transceiver_resp:who:t bind_transmitter_resp:who:t
  bind_receiver_resp:who:t outbind:outbind alert_notification:alert:t enquire_link:none enquire_link_resp:none unbind:none
  unbind_resp:none generic_nack:none);

sub one {
    my ($i) = @_;
    my ($method, $body, $has_tlvs) = @{$kinds[$i % @kinds]};
    my %p = ($body{$body}->(), seq => 1 + int rand 0x7ffffffe);
    for my $t ($has_tlvs ? @tlvs : ()) {
        next if rand() < .6;
        $p{$t} = join '', map { chr octet() } 1 .. ($octets{$t} || 1 + int rand 600);
    }
    if ($method =~ /resp$|nack$/) { $p{status} = octet() }
    else { $p{async} = 1 }
    $smpp->$method(%p);
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
