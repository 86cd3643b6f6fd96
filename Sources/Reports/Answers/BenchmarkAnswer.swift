import Quantities

/// Batch-1 latency of a model on this computer: what `benchmark` answers.
public struct BenchmarkAnswer: Answer, Hashable {
    /// The model's file.
    public var model: String
    /// Threads of one inference.
    public var threads: Int
    /// How often it ran.
    public var runs: Int
    /// In milliseconds.
    public var latency: Latency
    /// Inferences a second.
    public var throughput: Double
    /// Bytes of activations and packed weights.
    public var peakRAM: Int
    /// What it ran on.
    public var machine: MachineAnswer
    /// Each step on one thread; nil where it was not asked for.
    public var layers: [Step]?
    /// What a person also reads; not part of the coding.
    public var details: Details?

    /// Latencies in milliseconds.
    public struct Latency: Codable, Hashable, Sendable {
        /// Median, 95 % quantile, smallest and mean of the runs.
        public var median, p95, min, mean: Double

        /// Latencies.
        public init(median: Double, p95: Double, min: Double, mean: Double) {
            self.median = median
            self.p95 = p95
            self.min = min
            self.mean = mean
        }
    }

    /// The interval of the median, and the two parts of the memory.
    public struct Details: Hashable, Sendable {
        /// In milliseconds.
        public var p10, p90: Double
        /// In bytes.
        public var weightBytes, arenaBytes: Int

        /// Details of a benchmark.
        public init(p10: Double, p90: Double, weightBytes: Int, arenaBytes: Int) {
            self.p10 = p10
            self.p90 = p90
            self.weightBytes = weightBytes
            self.arenaBytes = arenaBytes
        }
    }

    /// One step of a plan.
    public struct Step: Codable, Hashable, Sendable {
        /// The layer it belongs to.
        public var layer: String
        /// The kernel that runs.
        public var kernel: String
        /// In milliseconds.
        public var latency: Double
        /// Multiplications, or bytes where it does not multiply.
        public var work: Double
        /// Share of this core's peak; nil where it is unknown or the step does not multiply.
        public var peakShare: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case layer, kernel
            case latency = "latency_ms"
            case work
            case peakShare = "peak_share"
        }

        /// A timed step.
        public init(layer: String, kernel: String, latency: Double, work: Double, peakShare: Double?) {
            self.layer = layer
            self.kernel = kernel
            self.latency = latency
            self.work = work
            self.peakShare = peakShare
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case model, threads, runs
        case latency = "latency_ms"
        case throughput = "throughput_per_s"
        case peakRAM = "peak_ram_bytes"
        case processor = "cpu"
        case kernelSet = "kernel_set"
        case layers
    }

    /// A benchmark.
    public init(
        model: String, threads: Int, runs: Int, latency: Latency, throughput: Double, peakRAM: Int,
        machine: MachineAnswer, layers: [Step]?, details: Details?
    ) {
        self.model = model
        self.threads = threads
        self.runs = runs
        self.latency = latency
        self.throughput = throughput
        self.peakRAM = peakRAM
        self.machine = machine
        self.layers = layers
        self.details = details
    }

    /// Writes `layers` only where they were asked for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(threads, forKey: .threads)
        try container.encode(runs, forKey: .runs)
        try container.encode(latency, forKey: .latency)
        try container.encode(throughput, forKey: .throughput)
        try container.encode(peakRAM, forKey: .peakRAM)
        try container.encode(machine.processor, forKey: .processor)
        try container.encode(machine.kernelSet, forKey: .kernelSet)
        if let layers { try container.encode(layers, forKey: .layers) }
    }

    /// Decodes what `encode(to:)` writes; the clock's governor is not part of it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let threads = try values.decode(Int.self, forKey: .threads)
        self.init(
            model: try values.decode(String.self, forKey: .model), threads: threads,
            runs: try values.decode(Int.self, forKey: .runs),
            latency: try values.decode(Latency.self, forKey: .latency),
            throughput: try values.decode(Double.self, forKey: .throughput),
            peakRAM: try values.decode(Int.self, forKey: .peakRAM),
            machine: MachineAnswer(
                processor: try values.decode(String.self, forKey: .processor),
                kernelSet: try values.decode(String.self, forKey: .kernelSet), threads: threads,
                governor: "unknown"),
            layers: try values.decodeIfPresent([Step].self, forKey: .layers), details: nil)
    }
}

extension BenchmarkAnswer {
    /// One row a step where steps were timed, else one row.
    public var csv: CSVRows {
        get throws {
            if let layers { return try CSVRows(Step.CodingKeys.allCases.map(\.rawValue), of: layers) }
            return try CSVRows(of: [self])
        }
    }

    /// The latencies, then one line a step where steps were timed.
    public func table(_ style: TableStyle) -> String {
        let interval = details.map {
            "  (\(Human.milliseconds($0.p10)) to \(Human.milliseconds($0.p90)))"
        }
        let memory = details.map {
            "\(Human.bytes($0.weightBytes)) weights, \(Human.bytes($0.arenaBytes)) activations"
        }
        return """
            \(model) on \(machine.text), batch 1
            median   \(Human.milliseconds(latency.median))\(interval ?? "")
            p95      \(Human.milliseconds(latency.p95))
            minimum  \(Human.milliseconds(latency.min))
            rate     \(Human.number(throughput)) a second, \(runs) runs
            memory   \(memory ?? Human.bytes(peakRAM))

            """ + (layers.map { "\n" + stepTable($0) } ?? "")
    }

    private func stepTable(_ steps: [Step]) -> String {
        let total = steps.map(\.latency).reduce(0, +)
        var table = TextTable([
            ("layer", .left), ("kernel", .left), ("time", .right), ("of all", .right), ("work", .right),
            ("of peak", .right),
        ])
        for step in steps {
            table.append([
                step.layer.shortened(to: 40), step.kernel, Human.milliseconds(step.latency),
                Human.percent(step.latency / total), Human.count(Int(step.work)),
                Human.percent(step.peakShare),
            ])
        }
        return table.text
    }
}
