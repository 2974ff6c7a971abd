#define HEAP_ENTRY    16
#define HEAP_HOLE     0
#define HEAP_PREFETCH 1
#include "bench/queues/heap4.h"
#include "bench/queues/hold_loop.h"

BENCH_QUEUE_DEFINE(heap4_entry16_prefetch, SIZE_MAX);
