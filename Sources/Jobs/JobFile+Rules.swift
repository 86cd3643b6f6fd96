import Candidates
import Datasets
import Devices
import ModelCompression
import ModelGraph
import Quantities
import Search
import SearchSpaces
import Training
import YAMLReader

extension JobFile {
    /// `compression:` – narrows what the space offers, and how compressions are carried out.
    struct CompressionSection: Sendable {
        /// What chooses a precision of its own.
        enum Scope: String, Sendable, CaseIterable { case model, stage }

        /// The options kept of each choice that is narrowed, in the order precision, pruning, recipe.
        let narrowing: [(choice: String, options: [Located<String>])]
        /// Of a given model only; nil lets each stage choose.
        let precisionPer: Located<Scope>?
        /// The quality that a finalist may lose by compression, on a slice of train; a share of one.
        let maximumDrop: Double?
        /// How ranges of activations are chosen.
        let calibrator: Calibrator

        init(_ node: YAMLNode?) throws(YAMLError) {
            var keys = YAMLSection(node)
            var narrowing: [(choice: String, options: [Located<String>])] = []
            for choice in ["precision", "pruning", "recipe"] {
                if let options = try keys.optional(choice) { narrowing.append((choice, try options.texts())) }
            }
            self.narrowing = narrowing
            precisionPer = try keys.optional("precision_per").map { node throws(YAMLError) in
                try Located(node) { node throws(YAMLError) in try node.choice(Scope.self) }
            }
            maximumDrop = try keys.optional("max_drop")?.double(in: 0...100).percent
            calibrator = try keys.optional("calibrator")?.calibrator() ?? .meanSquaredError
            try keys.end()
        }

        /// What the file keeps of a choice; nil where it keeps all.
        func options(of choice: String) -> [Located<String>]? {
            narrowing.first { $0.choice == choice }?.options
        }
    }

    /// `training:` – how a candidate is trained while the search compares.
    struct TrainingSection: Sendable {
        /// What a candidate's training begins from.
        enum Mode: String, Sendable, CaseIterable {
            case fromScratch = "from-scratch"
            case weightSharing = "weight-sharing"
            case inheritance
        }
        private enum Optimizer: String, CaseIterable { case sgd, adamw }
        private enum ClassWeights: String, CaseIterable { case none, balanced }

        let mode: Mode
        /// Lengths that the file leaves open have the values of jobs whose time is not limited.
        let settings: TrainingSettings
        /// The lengths that the file sets.
        let typed: [LengthKey]
        /// Passes over the data in which a super-network is trained; nil where every candidate is trained from scratch.
        let superEpochs: Double?
        /// Nil for what suits the data.
        let augmentation: Augmentation?

        init(_ node: YAMLNode?) throws(YAMLError) {
            var keys = YAMLSection(node)
            mode = try keys.optional("mode")?.choice(Mode.self) ?? .fromScratch
            let epochs = try keys.optional("epochs")?.epochs()
            let batch = try keys.optional("batch")?.int(in: 8...65_536)
            // Where weights are shared, the epochs are those of the super-network, and it has a batch of its own.
            typed =
                mode == .weightSharing
                ? [.epochs, .batch, epochs.map { _ in .superEpochs }].compactMap(\.self)
                : [epochs.map { _ in .epochs }, batch.map { _ in .batch }].compactMap(\.self)
            superEpochs = mode == .weightSharing ? epochs ?? 10 : nil
            var settings = TrainingSettings(
                epochs: mode == .weightSharing ? 0 : epochs ?? 5,
                fineTuneEpochs: try keys.optional("fine_tune")?.epochs(),
                batch: batch ?? 128,
                usesAdamW: try keys.optional("optimizer")?.choice(Optimizer.self) == .adamw,
                learningRate: try keys.optional("learning_rate")?.double(in: 1e-7...10))
            settings.channelOrder =
                try keys.optional("channel_order")?.choice(TrainingSettings.ChannelOrder.self) ?? .norm
            settings.balancesClasses =
                try keys.optional("class_weights")?.choice(ClassWeights.self) == .balanced
            let precision = try keys.optional("precision")
            settings.precision = try precision?.choice(TrainingRecipe.Precision.self) ?? .float32
            if let precision, mode == .weightSharing, settings.precision == .bfloat16 {
                throw precision.error("shared weights are trained in float32")
            }
            settings.dropout = try keys.optional("dropout")?.double(in: 0...0.9) ?? 0
            self.settings = settings
            augmentation = try keys.optional("augmentation").map { node throws(YAMLError) in
                try Augmentation(node)
            }
            try keys.end()
        }
    }

    /// `finalists:` – who is trained to the end, and how.
    struct FinalistSection: Sendable {
        let choice: FinalistChoice
        let epochs: Double
        /// Epochs that finalists smaller than the largest network may get; nil for the same for all.
        let mostEpochs: Double?
        /// The lengths that the file sets.
        let typed: [LengthKey]
        /// Epochs of fine-tuning beside those; nil takes a third of them.
        let fineTuneEpochs: Double?
        let distills: Bool

        init(_ node: YAMLNode?) throws(YAMLError) {
            var keys = YAMLSection(node)
            let (count, epochs) = (
                try keys.optional("per_device")?.finalistChoice(), try keys.optional("epochs")?.epochs()
            )
            choice = count ?? .perDevice(12)
            self.epochs = epochs ?? 20
            let most = try keys.optional("most_epochs")
            mostEpochs = try most?.epochs()
            if let most, let mostEpochs, let epochs, mostEpochs < epochs {
                throw most.error("must not be less than 'epochs', which the largest networks get")
            }
            typed = [
                count.map { _ in .finalists }, epochs.map { _ in .finalEpochs },
                most.map { _ in .mostFinalEpochs },
            ].compactMap(\.self)
            fineTuneEpochs = try keys.optional("fine_tune")?.epochs()
            distills = try keys.optional("distill")?.bool() ?? false
            try keys.end()
        }
    }
}

extension Reserve {
    /// `reserve:` – memory kept for the application on microcontrollers.
    init(_ node: YAMLNode?) throws(YAMLError) {
        var keys = YAMLSection(node)
        self.init(
            ramBytes: try keys.optional("ram")?.bytes() ?? 0,
            flashBytes: try keys.optional("flash")?.bytes() ?? 0)
        try keys.end()
    }
}

extension SearchRules {
    /// `search:` – the strategy and its budget.
    init(_ node: YAMLNode?) throws(YAMLError) {
        var keys = YAMLSection(node)
        strategy = try keys.optional("strategy")?.strategy() ?? .standard
        let evaluations = try keys.optional("max_evaluations")?.int(in: 1...10_000_000)
        maxEvaluations = evaluations ?? 100
        maxOperations = try keys.optional("max_macs")?.int(in: 1...Int(1e15))
        typed = [evaluations.map { _ in .evaluations }, maxOperations.map { _ in .operations }].compactMap(
            \.self)
        maxSeconds = try keys.optional("max_time")?.seconds()
        seed = UInt64(try keys.optional("seed")?.int(in: 0...Int.max) ?? 1)
        batch = try keys.optional("batch")?.int(in: 1...1000) ?? 10
        usesHostTimes = try keys.optional("use_host_times")?.bool() ?? false
        try keys.end()
    }
}

extension YAMLNode {
    fileprivate func epochs() throws(YAMLError) -> Double { try double(in: 0.01...10_000) }

    fileprivate func bytes() throws(YAMLError) -> Int {
        do {
            return Int(min(try Metric.peakRAM.value(parsing: string()), 1e15))
        } catch let failure as YAMLError {
            throw failure
        } catch {
            throw self.error(String(describing: error))
        }
    }

    fileprivate func calibrator() throws(YAMLError) -> Calibrator {
        let text = try string()
        guard let calibrator = Calibrator(parsing: text) else {
            throw error("expected min-max, percentile(99.99) or mean-squared-error, got '\(text)'")
        }
        return calibrator
    }

    fileprivate func strategy() throws(YAMLError) -> StrategyName {
        let name = try string()
        guard let strategy = StrategyName(rawValue: name) else {
            throw error("unknown strategy '\(name)'; known: \(StrategyName.list)")
        }
        return strategy
    }

    /// `per_device:` – a number, or `all`.
    fileprivate func finalistChoice() throws(YAMLError) -> FinalistChoice {
        try string() == "all" ? .everyone : .perDevice(try int(in: 0...1000))
    }
}

extension Augmentation {
    /// A list such as `[shift(2), flip]`; empty for none.
    fileprivate init(_ node: YAMLNode) throws(YAMLError) {
        self.init()
        for setting in try node.list().isEmpty ? [] : node.texts() {
            guard apply(setting.value) else {
                throw setting.node.error(
                    "expected one of shift, flip, colour, cut_out, noise, mask_rows, mask_columns, shift_rows, mixup with a "
                        + "number such as shift(2), got '\(setting.value)'")
            }
        }
    }

    /// Takes in one setting; false where the text is none.
    private mutating func apply(_ text: String) -> Bool {
        if text == "flip" {
            flipsHorizontally = true
            return true
        }
        let parts = text.split(separator: "(", maxSplits: 1)
        guard parts.count == 2, parts[1].hasSuffix(")"), let amount = Double(parts[1].dropLast()),
            (0...1000).contains(amount)
        else { return false }
        switch parts[0] {
        case "shift": (shiftRows, shiftColumns) = (Int(amount), Int(amount))
        case "shift_rows": shiftRows = Int(amount)
        case "flip": flipsHorizontally = true
        case "cut_out": cutOut = Int(amount)
        case "noise": noise = Float(amount)
        case "colour" where amount < 1: colour = Float(amount)
        case "mixup" where amount <= 1: mixUp = Float(amount)
        case "mask_rows": maskedRows = Int(amount)
        case "mask_columns": maskedColumns = Int(amount)
        default: return false
        }
        return true
    }
}

extension Double {
    /// Percentage points as a share of one.
    fileprivate var percent: Double { self / 100 }
}
