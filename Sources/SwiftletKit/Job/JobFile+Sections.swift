public import Candidates
public import ModelCompression
public import Quantities
public import YAMLReader

extension JobFile {
    /// `dataset:` – where the samples come from and how they are divided.
    public struct DatasetSection: Sendable {
        public enum Source: String, Sendable, CaseIterable {
            case digits, idx, cifar10, csv, npz, table
            case imageFolder = "image-folder"
            case wavFolder = "wav-folder"
        }

        /// Where the test samples come from.
        public enum Test: Sendable {
            case share(Double)
            /// The part that the source itself names.
            case official
            /// Files whose name matches a pattern with `*` and `[a-b]`.
            case pattern(String)
        }

        public var source: Source
        public var paths: [Located<String>]
        public var task: LearningTask
        public var metric: String
        public var validation: Double
        public var test: Test
        public enum SplitBy: String, Sendable, CaseIterable { case sample, group, time }
        /// What is kept together when shares are drawn.
        public var splitBy: SplitBy
        public var splitSeed: Int
        /// What a value becomes before a network reads it; nil fits it to the training part.
        public var preprocessing: PreprocessingSection?
        public var table: TableSection?
        public var node: YAMLNode

        init(_ node: YAMLNode) throws(YAMLError) {
            try node.allow(keys: [
                "source", "path", "paths", "task", "metric", "validation", "test", "split", "split_seed",
                "preprocessing", "table",
            ])
            self.node = node
            source = try node.required("source").choice(Source.self)
            if let path = try node.optional("path") {
                paths = [Located(value: try path.string(), node: path)]
            } else {
                paths =
                    try node.optional("paths").map { node throws(YAMLError) in try JobFile.texts(node) } ?? []
            }
            task = try node.optional("task")?.choice(LearningTask.self) ?? .classification
            metric = try node.optional("metric")?.string() ?? "accuracy"
            validation = try node.optional("validation")?.double(in: 0.01...0.5) ?? 0.15
            test =
                try node.optional("test").map { node throws(YAMLError) in try DatasetSection.test(node) }
                ?? .share(0.15)
            splitBy =
                try node.optional("split").map { node throws(YAMLError) in try DatasetSection.splitBy(node) }
                ?? .sample
            splitSeed = try node.optional("split_seed")?.int(in: 0...Int.max) ?? 0
            preprocessing = try node.optional("preprocessing").map { node throws(YAMLError) in
                try PreprocessingSection(node)
            }
            table = try node.optional("table").map { node throws(YAMLError) in try TableSection(node) }
            guard (source == .table) == (table != nil) else {
                throw node.error("the source 'table' and the key 'table' belong together")
            }
        }

        private static func splitBy(_ node: YAMLNode) throws(YAMLError) -> SplitBy {
            try node.allow(keys: ["by"])
            return try node.required("by").choice(SplitBy.self)
        }

        private static func test(_ node: YAMLNode) throws(YAMLError) -> Test {
            if node.isMapping {
                try node.allow(keys: ["pattern"])
                return .pattern(try node.required("pattern").string())
            }
            if try node.string() == "official" { return .official }
            return .share(try node.double(in: 0.01...0.5))
        }
    }

    /// `dataset.table:` – published measurements in place of training and timing.
    public struct TableSection: Sendable {
        public var paths: [Located<String>]
        public var architecture: String
        public var accuracy: Located<String>
        /// Whether the accuracy column is in percent.
        public var isPercent: Bool
        /// For each device, the column of each metric.
        public var costs: [(device: String, columns: [(metric: String, column: Located<String>)])]

        init(_ node: YAMLNode) throws(YAMLError) {
            try node.allow(keys: ["paths", "architecture", "accuracy", "percent", "costs"])
            paths = try JobFile.texts(node.required("paths"))
            architecture = try node.optional("architecture")?.string() ?? "architecture"
            let accuracy = try node.required("accuracy")
            self.accuracy = Located(value: try accuracy.string(), node: accuracy)
            isPercent = try node.optional("percent")?.bool() ?? false
            costs = []
            for (device, columns) in try node.required("costs").mapping {
                var metrics: [(metric: String, column: Located<String>)] = []
                for (metric, column) in try columns.mapping {
                    metrics.append((metric, Located(value: try column.string(), node: column)))
                }
                costs.append((device, metrics))
            }
        }
    }

    /// `compression:` – narrows what the space offers.
    public struct CompressionSection: Sendable {
        /// What chooses a precision of its own.
        public enum Scope: String, Sendable, CaseIterable { case model, stage }
        public var precision, pruning, recipe: [Located<String>]?
        /// Of a given model only; nil lets each stage choose.
        public var precisionPer: Located<Scope>?
        /// The quality that a finalist may lose by compression, in percentage points on a slice of train.
        public var maxDrop: Double?
        /// How ranges of activations are chosen; nil for the smallest mean squared error.
        public var calibrator: Calibrator?

        init(_ node: YAMLNode?) throws(YAMLError) {
            try node?.allow(keys: [
                "precision", "pruning", "recipe", "precision_per", "max_drop", "calibrator",
            ])
            func words(_ key: String) throws(YAMLError) -> [Located<String>]? {
                try node?.optional(key).map { node throws(YAMLError) in try JobFile.texts(node) }
            }
            precision = try words("precision")
            pruning = try words("pruning")
            recipe = try words("recipe")
            precisionPer = try node?.optional("precision_per").map { node throws(YAMLError) in
                Located(value: try node.choice(Scope.self), node: node)
            }
            maxDrop = try node?.optional("max_drop")?.double(in: 0...100)
            calibrator = try node?.optional("calibrator").map { node throws(YAMLError) in
                try CompressionSection.calibrator(node)
            }
        }

        private static func calibrator(_ node: YAMLNode) throws(YAMLError) -> Calibrator {
            let text = try node.string()
            guard let calibrator = Calibrator(parsing: text) else {
                throw node.error(
                    "expected min-max, percentile(99.99) or mean-squared-error, got '\(text)'")
            }
            return calibrator
        }
    }

    /// One entry of `constraints:`.
    public struct ConstraintSection: Sendable {
        public var device: Located<String>?
        public var metric: Located<String>
        /// A number with an optional unit suffix.
        public var limit: Located<String>
        public var isUpperBound: Bool
        public var confidence: Double?

        init(_ node: YAMLNode) throws(YAMLError) {
            try node.allow(keys: ["device", "metric", "at_most", "at_least", "confidence"])
            device = try node.optional("device").map { node throws(YAMLError) in
                Located(value: try node.string(), node: node)
            }
            let metric = try node.required("metric")
            self.metric = Located(value: try metric.string(), node: metric)
            switch (try node.optional("at_most"), try node.optional("at_least")) {
            case (let limit?, nil):
                isUpperBound = true
                self.limit = Located(value: try limit.string(), node: limit)
            case (nil, let limit?):
                isUpperBound = false
                self.limit = Located(value: try limit.string(), node: limit)
            case (_?, _?), (nil, nil): throw node.error("needs either at_most or at_least")
            }
            confidence = try node.optional("confidence")?.double(in: 0.5...0.999)
        }
    }

    /// `reserve:` – memory kept for the application on microcontrollers.
    public struct ReserveSection: Sendable {
        public var ram, flash: Located<String>?

        init(_ node: YAMLNode?) throws(YAMLError) {
            try node?.allow(keys: ["ram", "flash"])
            func text(_ key: String) throws(YAMLError) -> Located<String>? {
                try node?.optional(key).map { node throws(YAMLError) in
                    Located(value: try node.string(), node: node)
                }
            }
            ram = try text("ram")
            flash = try text("flash")
        }
    }

    /// `training:` – how a candidate is trained while the search compares.
    public struct TrainingSection: Sendable {
        public enum Mode: String, Sendable, CaseIterable { case fromScratch = "from-scratch" }
        public enum Optimizer: String, Sendable, CaseIterable { case sgd, adamw }
        public var mode: Mode
        public var epochs: Double
        /// Epochs of fine-tuning beside those; nil takes a third of them.
        public var fineTuneEpochs: Double?
        public var batch: Int
        public var optimizer: Optimizer
        public var learningRate: Double?
        public var augmentation: [Located<String>]?
        /// Which channels structured pruning takes first.
        public var channelOrder: TrainingSettings.ChannelOrder

        init(_ node: YAMLNode?) throws(YAMLError) {
            try node?.allow(keys: [
                "mode", "epochs", "fine_tune", "batch", "optimizer", "learning_rate", "augmentation",
                "channel_order",
            ])
            channelOrder =
                try node?.optional("channel_order")?.choice(TrainingSettings.ChannelOrder.self) ?? .norm
            mode = try node?.optional("mode")?.choice(Mode.self) ?? .fromScratch
            epochs = try node?.optional("epochs")?.double(in: 0.01...10_000) ?? 5
            fineTuneEpochs = try node?.optional("fine_tune")?.double(in: 0.01...10_000)
            batch = try node?.optional("batch")?.int(in: 8...65_536) ?? 128
            optimizer = try node?.optional("optimizer")?.choice(Optimizer.self) ?? .sgd
            learningRate = try node?.optional("learning_rate")?.double(in: 1e-7...10)
            augmentation = try node?.optional("augmentation").map { node throws(YAMLError) in
                try node.list().isEmpty ? [] : JobFile.texts(node)
            }
        }
    }

    /// `search:` – the strategy and its budget.
    public struct SearchSection: Sendable {
        public var strategy: Located<String>?
        public var maxEvaluations: Int
        public var maxSeconds: Double?
        public var seed: Int
        public var batch: Int
        public var usesHostTimes: Bool

        init(_ node: YAMLNode?) throws(YAMLError) {
            try node?.allow(keys: [
                "strategy", "max_evaluations", "max_time", "seed", "batch", "use_host_times",
            ])
            strategy = try node?.optional("strategy").map { node throws(YAMLError) in
                Located(value: try node.string(), node: node)
            }
            maxEvaluations = try node?.optional("max_evaluations")?.int(in: 1...10_000_000) ?? 100
            maxSeconds = try node?.optional("max_time")?.seconds()
            seed = try node?.optional("seed")?.int(in: 0...Int.max) ?? 1
            batch = try node?.optional("batch")?.int(in: 1...1000) ?? 10
            usesHostTimes = try node?.optional("use_host_times")?.bool() ?? false
        }
    }

    /// `finalists:` – who is trained to the end.
    public struct FinalistSection: Sendable {
        public var perDevice: Int
        /// `per_device: all` – the search itself trains every candidate to the end.
        public var isEveryone: Bool
        public var epochs: Double
        /// Epochs of fine-tuning beside those; nil takes a third of them.
        public var fineTuneEpochs: Double?
        public var distills: Bool

        init(_ node: YAMLNode?) throws(YAMLError) {
            try node?.allow(keys: ["per_device", "epochs", "fine_tune", "distill"])
            let count = try node?.optional("per_device")
            isEveryone = try count?.string() == "all"
            perDevice = isEveryone ? 0 : try count?.int(in: 0...1000) ?? 3
            fineTuneEpochs = try node?.optional("fine_tune")?.double(in: 0.01...10_000)
            epochs = try node?.optional("epochs")?.double(in: 0.01...10_000) ?? 20
            distills = try node?.optional("distill")?.bool() ?? false
        }
    }
}
