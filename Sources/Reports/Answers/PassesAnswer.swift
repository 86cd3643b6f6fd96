import Quantities

/// What each pass of the engine saves on a network, on this computer; coded as the list of passes.
public struct PassesAnswer: Answer, Hashable {
    /// The network with all passes.
    public var whole: Plan
    /// One entry a pass, in the engine's order.
    public var passes: [Pass]

    /// How a network was planned.
    public struct Plan: Codable, Hashable, Sendable {
        /// Calls of kernels.
        public var kernels: Int
        /// Bytes of packed weights and of activations.
        public var weightBytes, arenaBytes: Int
        /// Median latency, in milliseconds.
        public var latency: Double

        /// A plan and its latency.
        public init(kernels: Int, weightBytes: Int, arenaBytes: Int, latency: Double) {
            self.kernels = kernels
            self.weightBytes = weightBytes
            self.arenaBytes = arenaBytes
            self.latency = latency
        }
    }

    /// What the network loses without one pass.
    public struct Pass: Codable, Hashable, Sendable {
        /// The pass's name.
        public var name: String
        /// Whether it changes anything on this network.
        public var ran: Bool
        /// Calls of kernels that it saves.
        public var kernelsSaved: Int
        /// Bytes of packed weights that it saves.
        public var weightBytesSaved: Int
        /// Bytes of activations that it saves.
        public var arenaBytesSaved: Int
        /// Milliseconds that it saves.
        public var latencySaved: Double

        enum CodingKeys: String, CodingKey {
            case name = "pass"
            case ran
            case kernelsSaved = "kernels_saved"
            case weightBytesSaved = "weight_bytes_saved"
            case arenaBytesSaved = "arena_bytes_saved"
            case latencySaved = "latency_ms_saved"
        }

        /// What a pass saves.
        public init(
            name: String, ran: Bool, kernelsSaved: Int, weightBytesSaved: Int, arenaBytesSaved: Int,
            latencySaved: Double
        ) {
            self.name = name
            self.ran = ran
            self.kernelsSaved = kernelsSaved
            self.weightBytesSaved = weightBytesSaved
            self.arenaBytesSaved = arenaBytesSaved
            self.latencySaved = latencySaved
        }
    }

    /// A study of passes.
    public init(whole: Plan, passes: [Pass]) {
        self.whole = whole
        self.passes = passes
    }

    /// Decodes the list of passes; the plan of the whole network is not part of the coding.
    public init(from decoder: any Decoder) throws {
        self.init(
            whole: Plan(kernels: 0, weightBytes: 0, arenaBytes: 0, latency: .nan),
            passes: try [Pass](from: decoder))
    }

    /// Encodes the list of passes.
    public func encode(to encoder: any Encoder) throws { try passes.encode(to: encoder) }

    /// One row a pass.
    public var csv: CSVRows { get throws { try CSVRows(of: passes) } }

    /// The network with all passes, then without each of them.
    public func table(_ style: TableStyle) -> String {
        var table = TextTable([
            ("passes", .left), ("kernels", .right), ("packed weights", .right), ("activations", .right),
            ("latency", .right), ("saves", .right),
        ])
        table.append(cells("all", whole, saves: ""))
        for pass in passes {
            let without = Plan(
                kernels: whole.kernels + pass.kernelsSaved,
                weightBytes: whole.weightBytes + pass.weightBytesSaved,
                arenaBytes: whole.arenaBytes + pass.arenaBytesSaved,
                latency: pass.ran ? whole.latency + pass.latencySaved : .nan)
            let share = pass.latencySaved / whole.latency
            table.append(
                cells(
                    "without: \(pass.name)", without,
                    saves: pass.ran ? "\(Human.number(share * 100)) %" : "nothing to do"))
        }
        return "passes of the engine, on this computer\n\(table.text)"
    }

    private func cells(_ name: String, _ plan: Plan, saves: String) -> [String] {
        [
            name, "\(plan.kernels)", Human.bytes(plan.weightBytes), Human.bytes(plan.arenaBytes),
            Human.milliseconds(plan.latency), saves,
        ]
    }
}
