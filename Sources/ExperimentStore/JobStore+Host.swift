import GRDB

/// A latency measured on this computer before the first proposal, in milliseconds.
public struct HostTiming: Hashable, Sendable {
    /// What was timed: a probe, or one of its kernels.
    public let name: String
    public let median, p10, p90: Double

    /// A latency in milliseconds: median and quantiles 0.1 and 0.9.
    public init(name: String, median: Double, p10: Double, p90: Double) {
        self.name = name
        self.median = median
        self.p10 = p10
        self.p90 = p90
    }
}

/// What latencies were measured on.
public struct HostMachine: Hashable, Sendable {
    public let processor, kernelSet: String
    /// Hardware threads.
    public let threads: Int
    /// How the system chooses the processor's clock; `unknown` where it does not say.
    public let governor: String

    /// A computer; the governor is `unknown` where the system does not say.
    public init(processor: String, kernelSet: String, threads: Int, governor: String) {
        self.processor = processor
        self.kernelSet = kernelSet
        self.threads = threads
        self.governor = governor
    }
}

extension JobStore {
    /// Keeps the host's timings once, with what they were measured on; a second call keeps the first ones.
    public func keepHostTimings(_ timings: [HostTiming], on machine: HostMachine) throws {
        try store.write { database in
            for timing in timings { try timing.insert(into: database, job: id) }
            try machine.insert(into: database, job: id)
        }
    }

    /// The timings kept first, by name; empty where none were.
    public func hostTimings() throws -> [HostTiming] {
        try store.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM host_timing WHERE job = ? ORDER BY name", arguments: [id]
            )
            .map { row in
                let fields = Fields(row, of: "host_timing")
                return HostTiming(
                    name: try fields.text("name"), median: try fields.number("median_ms"),
                    p10: try fields.number("p10_ms"), p90: try fields.number("p90_ms"))
            }
        }
    }

    /// Adds a machine that something of the job was measured on; one that is known already is kept once.
    public func keep(_ machine: HostMachine) throws {
        try store.write { try machine.insert(into: $0, job: id) }
    }

    /// What the job's times were measured on: one machine, unless it went on elsewhere; none where an earlier version measured.
    public func hostMachines() throws -> [HostMachine] {
        try store.read { database in
            // A database that is only read keeps the form in which it was written.
            guard try database.tableExists("host_machine") else { return [] }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM host_machine WHERE job = ?", arguments: [id]
            ).map { row in
                let fields = Fields(row, of: "host_machine")
                return HostMachine(
                    processor: try fields.text("processor"), kernelSet: try fields.text("kernel_set"),
                    threads: try fields.count("threads"), governor: try fields.text("governor"))
            }
        }
    }
}

extension HostTiming {
    /// Adds the timing where none of its name is there.
    func insert(into database: Database, job: Int64) throws {
        try database.execute(
            sql:
                "INSERT OR IGNORE INTO host_timing (job, name, median_ms, p10_ms, p90_ms) VALUES (?, ?, ?, ?, ?)",
            arguments: [job, name, median, p10, p90])
    }
}

extension HostMachine {
    /// Adds the machine where it is not there.
    func insert(into database: Database, job: Int64) throws {
        try database.execute(
            sql:
                "INSERT OR IGNORE INTO host_machine (job, processor, kernel_set, threads, governor) VALUES (?, ?, ?, ?, ?)",
            arguments: [job, processor, kernelSet, threads, governor])
    }
}
