#include "tool/report/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include "base/error.h"
#include "base/file_writer.h"

#define CAPTURE_SECOND_NS INT64_C(1000000000)

/* What one interface saw. */
typedef struct CaptureFile {
    char *path;
    IcsFileWriter *writer;
    pcap_t *format;
} CaptureFile;

struct IcsCapture {
    IcsWorld *world;
    char *directory;
    GHashTable *files; /* IcsInterface -> CaptureFile */
    GPtrArray *order;  /* of CaptureFile, owned, in order of first packet */
    GError *error;     /* the first failure */
};

/* The header of the file, by libpcap, into a stream that stays ours: closing the dumper would close
 * it. */
static bool capture_file_begin(CaptureFile *self)
{
    FILE *stream = ics_file_writer_stream(self->writer);
    self->format = pcap_open_dead_with_tstamp_precision(DLT_RAW, 65535, PCAP_TSTAMP_PRECISION_NANO);
    return self->format != NULL && pcap_dump_fopen(self->format, stream) != NULL;
}

static CaptureFile *capture_new_file(IcsCapture *self, const IcsInterface *interface)
{
    CaptureFile *file = g_new0(CaptureFile, 1);
    file->path =
        g_strdup_printf("%s/%s-%s.pcap", self->directory, interface->host->name, interface->name);
    g_ptr_array_add(self->order, file);
    g_hash_table_insert(self->files, (gpointer)interface, file);
    file->writer = ics_file_writer_open(file->path, &self->error);
    if (file->writer != NULL && !capture_file_begin(file)) {
        g_set_error(&self->error, ICS_ERROR, ICS_ERROR_MACHINE, "%s: libpcap refused the stream",
                    file->path);
    }
    return file;
}

static void capture_write(IcsCapture *self, const IcsInterface *interface, int64_t at_ns,
                          const IcsPacket *packet)
{
    CaptureFile *file = g_hash_table_lookup(self->files, interface);
    if (file == NULL) {
        file = capture_new_file(self, interface);
    }
    if (self->error != NULL) {
        return;
    }
    int64_t time_ns = self->world->trace->epoch_unix_ns + at_ns;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = time_ns / CAPTURE_SECOND_NS, .tv_usec = time_ns % CAPTURE_SECOND_NS},
        .caplen = packet->length,
        .len = packet->length,
    };
    FILE *stream = ics_file_writer_stream(file->writer);
    pcap_dump((u_char *)stream, &header, packet->bytes);
    if (ferror(stream)) { /* libpcap does not say so */
        g_set_error(&self->error, ICS_ERROR, ICS_ERROR_MACHINE, "%s: cannot be written: %s",
                    file->path, g_strerror(errno));
    }
}

static void capture_observe(gpointer data, const IcsObservation *observation)
{
    IcsCapture *self = data;
    const IcsLinkDirection *direction = observation->direction;
    if (self->error != NULL) {
        return;
    }
    if (observation->kind == ICS_OBSERVE_PACKET_LOOPED) {
        capture_write(self, observation->host->loopback, observation->at_ns, observation->packet);
    } else if (observation->kind == ICS_OBSERVE_PACKET_QUEUED) {
        capture_write(self, direction->from, observation->at_ns, observation->packet);
    } else if (direction->to->host->state != ICS_HOST_CRASHED) {
        capture_write(self, direction->to, observation->at_ns, observation->packet);
    }
}

static void capture_free_file(gpointer data)
{
    CaptureFile *self = data;
    ics_file_writer_discard(self->writer);
    g_clear_pointer(&self->format, pcap_close);
    g_free(self->path);
    g_free(self);
}

IcsCapture *ics_capture_open(IcsWorld *world, const char *directory, GError **error)
{
    if (g_mkdir_with_parents(directory, 0777) != 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "%s: cannot make the directory: %s",
                    directory, g_strerror(errno));
        return NULL;
    }
    IcsCapture *self = g_new0(IcsCapture, 1);
    self->world = world;
    self->directory = g_strdup(directory);
    self->files = g_hash_table_new(NULL, NULL);
    self->order = g_ptr_array_new_with_free_func(capture_free_file);
    ics_bus_subscribe(&world->simulation->bus,
                      ICS_OBSERVE_MASK(PACKET_QUEUED) | ICS_OBSERVE_MASK(PACKET_ARRIVED) |
                          ICS_OBSERVE_MASK(PACKET_LOOPED),
                      capture_observe, self);
    return self;
}

static void capture_commit(IcsCapture *self)
{
    for (guint i = 0; i < self->order->len && self->error == NULL; i++) {
        CaptureFile *file = g_ptr_array_index(self->order, i);
        ics_file_writer_commit(g_steal_pointer(&file->writer), &self->error);
    }
}

bool ics_capture_is_well(const IcsCapture *self)
{
    return self->error == NULL;
}

void ics_capture_discard(IcsCapture *self)
{
    g_ptr_array_unref(self->order);
    g_hash_table_unref(self->files);
    g_clear_error(&self->error);
    g_free(self->directory);
    g_free(self);
}

bool ics_capture_close(IcsCapture *self, GError **error)
{
    capture_commit(self);
    bool written = self->error == NULL;
    if (!written) {
        g_propagate_error(error, g_steal_pointer(&self->error));
    }
    ics_capture_discard(self);
    return written;
}
