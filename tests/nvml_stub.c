/* A stand-in for libnvidia-ml.so.1: GPUs that a test describes, on a machine that has none.
 *
 * What it answers stands in the text file named by NVML_STUB_STATE, which is read again at every call, so that a test
 * changes the machine under a living program. Without that file the driver is not loaded. One fact a line:
 *
 *   gpus 2                              how many boards (up to 8)
 *   driver 580.1 | cuda 13000           the driver's version, and the CUDA version that it supports
 *   load 1                              another number is another load of the driver: all must initialise again
 *   FACT VALUE | FACT@1 VALUE           a figure of every board, or of board 1 alone: name util total used temp power
 *                                       limit clock clock_max reasons(bits of clock events) fan energy(mJ) capability(80 is 8.0)
 *                                       mig(number of instances)
 *   process PID BYTES [compute|graphics] | process@1 ...     BYTES may be NA
 *   fail FUNCTION CODE | fail@1 FUNCTION CODE                FUNCTION may be * for every call about a board
 *   hang FUNCTION                       that call does not return while the line stands
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOARDS 8
#define INSTANCES 4
#define PROCESSES 16
enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_FOUND = 6, TOO_SMALL = 7, NOT_LOADED = 9, WRONG_VERSION = 25 };

typedef struct { unsigned pid; unsigned long long memory; int graphics; } process_t;
typedef struct {
    int loaded, boards, cuda, load, failure, hanging;
    char driver[64], name[64];
    long long util, total, used, temp, power, limit, clock, clock_max, reasons, fan, energy, capability, mig;
    int processes;
    process_t process[PROCESSES];
} machine_t;

static struct board { char mark; } boards[BOARDS];
static struct instance { char mark; } instances[BOARDS * INSTANCES];
static int initialised_for = -1, users;

static void set_figure(machine_t *m, const char *key, const char *value) {
    long long number = atoll(value);
    if (!strcmp(key, "name")) snprintf(m->name, sizeof m->name, "%.63s", value);
    else if (!strcmp(key, "util")) m->util = number;
    else if (!strcmp(key, "total")) m->total = number;
    else if (!strcmp(key, "used")) m->used = number;
    else if (!strcmp(key, "temp")) m->temp = number;
    else if (!strcmp(key, "power")) m->power = number;
    else if (!strcmp(key, "limit")) m->limit = number;
    else if (!strcmp(key, "clock")) m->clock = number;
    else if (!strcmp(key, "clock_max")) m->clock_max = number;
    else if (!strcmp(key, "reasons")) m->reasons = number;
    else if (!strcmp(key, "fan")) m->fan = number;
    else if (!strcmp(key, "energy")) m->energy = number;
    else if (!strcmp(key, "capability")) m->capability = number;
    else if (!strcmp(key, "mig")) m->mig = number;
    else if (!strcmp(key, "process") && m->processes < PROCESSES) {
        char memory[32] = "", kind[32] = "";
        process_t *p = &m->process[m->processes];
        if (sscanf(value, "%u %31s %31s", &p->pid, memory, kind) < 2) return;
        p->memory = strcmp(memory, "NA") ? strtoull(memory, NULL, 10) : ~0ULL;
        p->graphics = !strcmp(kind, "graphics");
        m->processes++;
    }
}

/* The machine as it is now for one call about one board (-1: about none), and the failure that the call reports. */
static machine_t look(const char *function, int board) {
    machine_t m = { .boards = 1, .cuda = 13000, .driver = "999.99", .name = "NVIDIA Stub GPU", .util = 37,
                    .total = 80LL << 30, .used = 1LL << 30, .temp = 45, .power = 123456, .limit = 700000,
                    .clock = 1980, .clock_max = 1980, .fan = 30, .energy = 1000, .capability = 90 };
    const char *path = getenv("NVML_STUB_STATE");
    FILE *file = path ? fopen(path, "r") : NULL;
    char line[256], key[64], value[160], target[96];
    if (!file) return m;
    m.loaded = 1;
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%63s %159[^\n]", key, value) != 2) continue;
        char *at = strchr(key, '@');
        if (at && atoi(at + 1) != board) continue;
        if (at) *at = 0;
        int code = 0;
        if (!strcmp(key, "gpus")) m.boards = atoi(value);
        else if (!strcmp(key, "driver")) snprintf(m.driver, sizeof m.driver, "%.63s", value);
        else if (!strcmp(key, "cuda")) m.cuda = atoi(value);
        else if (!strcmp(key, "load")) m.load = atoi(value);
        else if (!strcmp(key, "hang")) m.hanging |= !strcmp(value, function);
        else if (!strcmp(key, "fail")) {
            if (sscanf(value, "%95s %d", target, &code) != 2) continue;
            if (!strcmp(target, function) || (*target == '*' && board >= 0)) m.failure = code;
        } else set_figure(&m, key, value);
    }
    fclose(file);
    return m;
}

static machine_t ask(const char *function, int board) {
    machine_t m = look(function, board);
    while (m.hanging) { usleep(2000); m = look(function, board); }
    if (!m.loaded) m.failure = NOT_LOADED;
    else if (initialised_for != m.load && strcmp(function, "nvmlInit")) m.failure = UNINITIALIZED;
    return m;
}

static int board_of(void *device) {
    long place = (struct board *)device - boards;
    return place >= 0 && place < BOARDS ? (int)place : -1;
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    machine_t m = ask("nvmlInit", -1);
    if (m.failure) return m.failure;
    users = initialised_for == m.load ? users + 1 : 1;
    initialised_for = m.load;
    return OK;
}
int nvmlShutdown(void) {
    if (initialised_for < 0) return UNINITIALIZED;
    if (--users == 0) initialised_for = -1;
    return OK;
}
const char *nvmlErrorString(int code) { (void)code; return "an error of the stub"; }

#define SYSTEM(FUNCTION, TYPE, ANSWER) \
    int FUNCTION(TYPE *out) { machine_t m = ask(#FUNCTION, -1); if (!m.failure) { ANSWER; } return m.failure; }
#define DEVICE(FUNCTION, TYPE, ANSWER) \
    int FUNCTION(void *device, TYPE *out) { int board = board_of(device); if (board < 0) return INVALID; \
        machine_t m = ask(#FUNCTION, board); if (!m.failure) { ANSWER; } return m.failure; }

SYSTEM(nvmlDeviceGetCount_v2, unsigned, *out = (unsigned)m.boards)
SYSTEM(nvmlSystemGetCudaDriverVersion_v2, int, *out = m.cuda)
int nvmlSystemGetDriverVersion(char *out, unsigned size) {
    machine_t m = ask("nvmlSystemGetDriverVersion", -1);
    if (!m.failure) snprintf(out, size, "%s", m.driver);
    return m.failure;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **out) {
    machine_t m = ask("nvmlDeviceGetHandleByIndex_v2", (int)index);
    if (m.failure) return m.failure;
    if (index >= (unsigned)m.boards || index >= BOARDS) return INVALID;
    *out = &boards[index];
    return OK;
}
int nvmlDeviceGetName(void *device, char *out, unsigned size) {
    machine_t m = ask("nvmlDeviceGetName", board_of(device));
    if (!m.failure) snprintf(out, size, "%s", m.name);
    return m.failure;
}
int nvmlDeviceGetUUID(void *device, char *out, unsigned size) {
    int board = board_of(device);
    machine_t m = ask("nvmlDeviceGetUUID", board);
    if (m.failure) return m.failure;
    if (board >= 0) snprintf(out, size, "GPU-0000000%d-aaaa", board);
    else snprintf(out, size, "MIG-0000000%d-bbbb", (int)((struct instance *)device - instances));
    return OK;
}

typedef struct { unsigned gpu, memory; } rates_t;
typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } memory2_t;
typedef struct { unsigned version; int sensor, degrees; } temperature_t;
DEVICE(nvmlDeviceGetUtilizationRates, rates_t, out->gpu = (unsigned)m.util; out->memory = 1)
DEVICE(nvmlDeviceGetMemoryInfo, memory_t, out->total = m.total; out->used = m.used + 512; out->free = m.total - m.used)
DEVICE(nvmlDeviceGetMemoryInfo_v2, memory2_t, if (out->version != 0x02000028) return WRONG_VERSION;
       out->total = m.total; out->used = m.used; out->reserved = 512; out->free = m.total - m.used - 512)
DEVICE(nvmlDeviceGetTemperatureV, temperature_t, out->degrees = (int)m.temp)
DEVICE(nvmlDeviceGetPowerUsage, unsigned, *out = (unsigned)m.power)
DEVICE(nvmlDeviceGetEnforcedPowerLimit, unsigned, *out = (unsigned)m.limit)
DEVICE(nvmlDeviceGetTotalEnergyConsumption, unsigned long long, *out = (unsigned long long)m.energy)
DEVICE(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, *out = (unsigned long long)m.reasons)
DEVICE(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long, *out = (unsigned long long)m.reasons | 0x20)
DEVICE(nvmlDeviceGetFanSpeed, unsigned, *out = (unsigned)m.fan)
DEVICE(nvmlDeviceGetMaxMigDeviceCount, unsigned, *out = INSTANCES)
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *out) {
    machine_t m = ask("nvmlDeviceGetTemperature", board_of(device));
    if (!m.failure) *out = (unsigned)m.temp + 1 + (unsigned)sensor;
    return m.failure;
}
int nvmlDeviceGetClockInfo(void *device, int type, unsigned *out) {
    machine_t m = ask("nvmlDeviceGetClockInfo", board_of(device));
    if (!m.failure) *out = type == 1 ? (unsigned)m.clock : 1;
    return m.failure;
}
int nvmlDeviceGetMaxClockInfo(void *device, int type, unsigned *out) {
    machine_t m = ask("nvmlDeviceGetMaxClockInfo", board_of(device));
    if (!m.failure) *out = type == 1 ? (unsigned)m.clock_max : 1;
    return m.failure;
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    machine_t m = ask("nvmlDeviceGetCudaComputeCapability", board_of(device));
    if (!m.failure) { *major = (int)m.capability / 10; *minor = (int)m.capability % 10; }
    return m.failure;
}
int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
    machine_t m = ask("nvmlDeviceGetMigMode", board_of(device));
    if (!m.failure) *current = *pending = m.mig > 0;
    return m.failure;
}
int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned place, void **out) {
    int board = board_of(device);
    machine_t m = ask("nvmlDeviceGetMigDeviceHandleByIndex", board);
    if (m.failure) return m.failure;
    if (place >= m.mig) return NOT_FOUND;
    *out = &instances[board * INSTANCES + (int)place];
    return OK;
}

typedef struct { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; } info_t;
static int list(const char *function, void *device, int graphics, unsigned *size, info_t *out) {
    machine_t m = ask(function, board_of(device));
    if (m.failure) return m.failure;
    unsigned found = 0;
    for (int i = 0; i < m.processes; i++) {
        if (m.process[i].graphics != graphics) continue;
        if (out && found < *size) out[found] = (info_t){ m.process[i].pid, m.process[i].memory, ~0u, ~0u };
        found++;
    }
    int fits = found <= *size && (out || !found);
    *size = found;
    return fits ? OK : TOO_SMALL;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *size, info_t *out) {
    return list("nvmlDeviceGetComputeRunningProcesses_v3", device, 0, size, out);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *size, info_t *out) {
    return list("nvmlDeviceGetGraphicsRunningProcesses_v3", device, 1, size, out);
}
