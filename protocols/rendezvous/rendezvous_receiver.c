#include "protocols/rendezvous/rendezvous_receiver.h"

/* The sender of a message: an address and port, and which of the sockets that had them in turn. A
 * late datagram of an earlier socket is thus neither a repetition of this one's nor in its way. */
typedef struct RendezvousReceiverKey {
    uint64_t peer;
    uint32_t session;
} RendezvousReceiverKey;

typedef struct RendezvousReceiverRemote {
    RendezvousReceiverKey key;
    int64_t heard_ns;
    uint8_t *bytes; /* (nullable when empty): of the message held */
    size_t n;
    uint32_t held; /* its sequence number */
    uint32_t taken;
    uint32_t acks; /* sent of the one taken last */
    bool is_held;
    bool has_taken;
    bool ack_due;
    GList age_link, held_link, ack_link;
} RendezvousReceiverRemote;

static guint rendezvous_receiver_key_hash(gconstpointer data)
{
    const RendezvousReceiverKey *key = data;
    return g_int64_hash(&key->peer) * 31 + key->session;
}

static gboolean rendezvous_receiver_key_equal(gconstpointer a, gconstpointer b)
{
    const RendezvousReceiverKey *left = a, *right = b;
    return left->peer == right->peer && left->session == right->session;
}

static void rendezvous_receiver_remote_free(gpointer data)
{
    RendezvousReceiverRemote *remote = data;
    g_free(remote->bytes);
    g_free(remote);
}

void ics_rendezvous_receiver_init(IcsRendezvousReceiver *self, const IcsRendezvousConfig *config)
{
    self->config = config;
    self->waiting = 0;
    self->remotes =
        g_hash_table_new_full(rendezvous_receiver_key_hash, rendezvous_receiver_key_equal, NULL,
                              rendezvous_receiver_remote_free);
    g_queue_init(&self->by_age);
    g_queue_init(&self->held);
    g_queue_init(&self->acks);
}

void ics_rendezvous_receiver_clear(IcsRendezvousReceiver *self)
{
    g_hash_table_destroy(self->remotes);
    g_queue_init(&self->by_age); /* the links stood in the remotes */
    g_queue_init(&self->held);
    g_queue_init(&self->acks);
}

static void rendezvous_receiver_touch(IcsRendezvousReceiver *self, RendezvousReceiverRemote *remote,
                                      int64_t now_ns)
{
    remote->heard_ns = now_ns;
    g_queue_unlink(&self->by_age, &remote->age_link);
    g_queue_push_tail_link(&self->by_age, &remote->age_link);
}

/* Forgets the sender that has been silent longest, if that is long enough. */
static bool rendezvous_receiver_make_room(IcsRendezvousReceiver *self, int64_t now_ns)
{
    for (GList *link = self->by_age.head; link != NULL; link = link->next) {
        RendezvousReceiverRemote *remote = link->data;
        if (now_ns - remote->heard_ns < self->config->remember_ns)
            return false;
        if (remote->is_held || remote->ack_due)
            continue;
        g_queue_unlink(&self->by_age, link);
        g_hash_table_remove(self->remotes, &remote->key);
        return true;
    }
    return false;
}

static RendezvousReceiverRemote *rendezvous_receiver_meet(IcsRendezvousReceiver *self,
                                                          int64_t now_ns, RendezvousReceiverKey key)
{
    if (g_hash_table_size(self->remotes) >= self->config->senders_max &&
        !rendezvous_receiver_make_room(self, now_ns))
        return NULL;
    RendezvousReceiverRemote *remote = g_new0(RendezvousReceiverRemote, 1);
    remote->key = key;
    remote->heard_ns = now_ns;
    remote->age_link.data = remote;
    remote->held_link.data = remote;
    remote->ack_link.data = remote;
    g_hash_table_insert(self->remotes, &remote->key, remote);
    g_queue_push_tail_link(&self->by_age, &remote->age_link);
    return remote;
}

static void rendezvous_receiver_owe_ack(IcsRendezvousReceiver *self,
                                        RendezvousReceiverRemote *remote)
{
    if (remote->ack_due)
        return;
    remote->ack_due = true;
    g_queue_push_tail_link(&self->acks, &remote->ack_link);
}

static void rendezvous_receiver_take(IcsRendezvousReceiver *self, RendezvousReceiverRemote *remote,
                                     uint32_t sequence)
{
    remote->taken = sequence;
    remote->has_taken = true;
    remote->acks = 0;
    rendezvous_receiver_owe_ack(self, remote);
}

static void rendezvous_receiver_release(IcsRendezvousReceiver *self,
                                        RendezvousReceiverRemote *remote)
{
    g_queue_unlink(&self->held, &remote->held_link);
    remote->is_held = false;
}

bool ics_rendezvous_receiver_issue(IcsRendezvousReceiver *self, IcsRendezvousMessage *message)
{
    if (self->held.head == NULL) {
        self->waiting++;
        return false;
    }
    RendezvousReceiverRemote *remote = self->held.head->data;
    rendezvous_receiver_release(self, remote);
    message->peer = remote->key.peer;
    message->session = remote->key.session;
    message->sequence = remote->held;
    message->bytes = g_steal_pointer(&remote->bytes);
    message->n = remote->n;
    rendezvous_receiver_take(self, remote, remote->held);
    return true;
}

void ics_rendezvous_receiver_cancel(IcsRendezvousReceiver *self)
{
    g_assert(self->waiting > 0);
    self->waiting--;
}

/* Serial number arithmetic, RFC 1982. */
static bool rendezvous_receiver_is_after(uint32_t sequence, uint32_t other)
{
    return (int32_t)(sequence - other) > 0;
}

static bool rendezvous_receiver_is_new(const RendezvousReceiverRemote *remote, uint32_t sequence)
{
    if (remote->has_taken && !rendezvous_receiver_is_after(sequence, remote->taken))
        return false;
    return !remote->is_held || rendezvous_receiver_is_after(sequence, remote->held);
}

/* Holds a message until a receive is issued. A newer one of the same sender takes the place of the
 * one held, whose send must have failed since, and goes to the end of the line. */
static void rendezvous_receiver_hold(IcsRendezvousReceiver *self, RendezvousReceiverRemote *remote,
                                     const IcsRendezvousHeader *header, const uint8_t *bytes)
{
    if (remote->is_held)
        rendezvous_receiver_release(self, remote);
    g_free(remote->bytes);
    remote->bytes = g_memdup2(bytes, header->length);
    remote->n = header->length;
    remote->held = header->sequence;
    remote->is_held = true;
    g_queue_push_tail_link(&self->held, &remote->held_link);
}

/* The remote of a message that is new and for which there is room; NULL when it is to be ignored.
 */
static RendezvousReceiverRemote *rendezvous_receiver_admit(IcsRendezvousReceiver *self,
                                                           int64_t now_ns, uint64_t peer,
                                                           const IcsRendezvousHeader *header)
{
    RendezvousReceiverKey key = {peer, header->session};
    RendezvousReceiverRemote *remote = g_hash_table_lookup(self->remotes, &key);
    if (remote != NULL) {
        rendezvous_receiver_touch(self, remote, now_ns);
        if (remote->has_taken && header->sequence == remote->taken)
            rendezvous_receiver_owe_ack(self, remote);
        if (!rendezvous_receiver_is_new(remote, header->sequence))
            return NULL;
    }
    bool needs_room = self->waiting == 0 && (remote == NULL || !remote->is_held);
    if (needs_room && self->held.length >= self->config->held_max)
        return NULL;
    return remote != NULL ? remote : rendezvous_receiver_meet(self, now_ns, key);
}

bool ics_rendezvous_receiver_input(IcsRendezvousReceiver *self, int64_t now_ns, uint64_t peer,
                                   const IcsRendezvousHeader *header, const uint8_t *bytes,
                                   IcsRendezvousMessage *message)
{
    RendezvousReceiverRemote *remote = rendezvous_receiver_admit(self, now_ns, peer, header);
    if (remote == NULL)
        return false;
    if (self->waiting == 0) {
        rendezvous_receiver_hold(self, remote, header, bytes);
        return false;
    }
    self->waiting--;
    message->peer = peer;
    message->session = header->session;
    message->sequence = header->sequence;
    message->bytes = g_memdup2(bytes, header->length);
    message->n = header->length;
    rendezvous_receiver_take(self, remote, header->sequence);
    return true;
}

bool ics_rendezvous_receiver_output(IcsRendezvousReceiver *self, IcsRendezvousDatagram *datagram)
{
    if (self->acks.head == NULL)
        return false;
    RendezvousReceiverRemote *remote = self->acks.head->data;
    g_queue_unlink(&self->acks, &remote->ack_link);
    remote->ack_due = false;
    IcsRendezvousHeader header = {
        .type = ICS_RENDEZVOUS_ACK,
        .session = remote->key.session,
        .sequence = remote->taken,
    };
    ics_rendezvous_wire_emit(&header, self->ack);
    datagram->peer = remote->key.peer;
    datagram->bytes = self->ack;
    datagram->n = sizeof self->ack;
    datagram->fate_class = ICS_FATE_CONTROL;
    datagram->ordinal = ics_rendezvous_try_ordinal(remote->taken, remote->acks++);
    datagram->sequence = remote->taken;
    return true;
}

bool ics_rendezvous_receiver_holds(const IcsRendezvousReceiver *self, uint64_t peer,
                                   uint32_t session, uint32_t sequence)
{
    RendezvousReceiverKey key = {peer, session};
    const RendezvousReceiverRemote *remote = g_hash_table_lookup(self->remotes, &key);
    return remote != NULL && remote->is_held && remote->held == sequence;
}
