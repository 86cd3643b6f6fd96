import ModelGraph

/// The options of TFLite_Detection_PostProcess.
private struct DetectionOptions {
    let detections, classes, classesPerDetection, detectionsPerClass: Int
    let scoreThreshold, overlapThreshold: Float
    /// What box encodings are divided by: centre y and x, height and width.
    let scales: [Float]
    /// Overlap counts within each class only, instead of between all boxes.
    let isPerClass: Bool

    /// Nil where a number is missing or out of range.
    init?(_ options: FlexMap) {
        func whole(_ key: String, default missing: Int? = nil) -> Int? {
            guard let value = options.numbers[key] else { return missing }
            return Int(exactly: value).flatMap { $0 > 0 && $0 < 1 << 20 ? $0 : nil }
        }
        let keys = ["y_scale", "x_scale", "h_scale", "w_scale"]
        let scales = keys.compactMap { options.numbers[$0] }.map { Float($0) }
        guard let detections = whole("max_detections"), let classes = whole("num_classes"),
            let perDetection = whole("max_classes_per_detection"),
            let perClass = whole("detections_per_class", default: 100),
            let score = options.numbers["nms_score_threshold"],
            let overlap = options.numbers["nms_iou_threshold"], score.isFinite, overlap.isFinite,
            scales.count == 4, scales.allSatisfy({ $0.isFinite && $0 > 0 })
        else { return nil }
        (self.detections, self.classes) = (detections, classes)
        (classesPerDetection, detectionsPerClass) = (perDetection, perClass)
        (scoreThreshold, overlapThreshold) = (Float(score), Float(overlap))
        self.scales = scales
        isPerClass = (options.numbers["use_regular_nms"] ?? 0) != 0
    }
}

extension Importer {
    /// TFLite_Detection_PostProcess: encodings [1, N, 4], scores [1, N, C] and anchors [N, 4] become boxes [1, K, 4], classes
    /// [1, K], scores [1, K] and the number of detections [1]; the rest are zeros.
    mutating func importDetections(_ call: OperatorCall) throws(TFLiteError) {
        guard let range = call.customOptions, let map = FlexMap(file.flat.bytes[range]),
            let options = DetectionOptions(map)
        else { throw file.flat.damaged("\(place) lacks options it needs, or they are out of range") }
        guard call.outputs.count == 4 else {
            throw file.flat.damaged("\(place) has \(call.outputs.count) results instead of 4")
        }
        let name = resultName(of: call.outputs[0])
        let boxes = try decodedBoxes(call, options, as: name)
        let scores = try classScores(call, options, boxes: builder.shape(of: boxes)[0], as: name)
        let kept = min(options.isPerClass ? options.detectionsPerClass : options.detections, 1 << 20)
        guard kept <= Suppression.maximumCount, options.detections <= Suppression.maximumCount else {
            throw unsupported(
                "it keeps \(max(kept, options.detections)) boxes; at most \(Suppression.maximumCount) are")
        }
        guard options.isPerClass || options.classesPerDetection == 1 else {
            throw unsupported("it gives a box \(options.classesPerDetection) classes; only 1 is")
        }
        let found =
            options.isPerClass
            ? try bestOfClasses(boxes, scores, options, as: name)
            : try bestOfAll(boxes, scores, options, as: name)
        try finishDetections(call, found, boxes, options, as: name)
    }

    /// Detections in order of their scores: for each its box, class and score, all [1], and whether there is one.
    private struct Detection { let box, kind, score, isFound: ValueID }

    /// Boxes [N, 4]: least y and x, greatest y and x.
    private mutating func decodedBoxes(
        _ call: OperatorCall, _ options: DetectionOptions, as name: String
    ) throws(TFLiteError) -> ValueID {
        let encoded = try real(try operand(try call.input(0)), as: "\(name):encodings")
        let anchors = try real(try operand(try call.input(2)), as: "\(name):anchors")
        let shape = builder.shape(of: encoded), count = builder.shape(of: anchors).dimensions.first ?? 0
        guard count > 0, builder.shape(of: anchors) == [count, 4], shape == [1, count, 4] else {
            throw unsupported("encodings \(shape) do not fit anchors \(builder.shape(of: anchors))")
        }
        let rows = try emit(.reshape([count, 4]), [encoded], as: "\(name):rows")
        func half(
            _ value: ValueID, _ index: Int, _ suffix: String, _ importer: inout Importer
        ) throws(TFLiteError) -> ValueID {
            let slicing = Slicing(starts: [0, 2 * index], sizes: [count, 2])
            return try importer.emit(.slice(slicing), [value], as: "\(name):\(suffix)")
        }
        func scales(_ index: Int, _ importer: inout Importer) -> ValueID {
            let values = Array(options.scales[2 * index..<2 * index + 2])
            return importer.builder.constant(importer.unique("\(name):scales\(index)"), Tensor([2], values))
        }
        let size = try half(anchors, 1, "anchor_sizes", &self)
        let shift = try emit(
            .binary(.divide), [try half(rows, 0, "shifts", &self), scales(0, &self)],
            as: "\(name):scaled_shifts")
        let moved = try emit(.binary(.multiply), [shift, size], as: "\(name):moved")
        let centre = try emit(
            .binary(.add), [moved, try half(anchors, 0, "anchor_centres", &self)], as: "\(name):centres")
        let logarithm = try emit(
            .binary(.divide), [try half(rows, 1, "log_sizes", &self), scales(1, &self)],
            as: "\(name):scaled_log_sizes")
        let factor = try emit(.unary(.exponential), [logarithm], as: "\(name):factors")
        let halved = try emit(
            .binary(.multiply), [factor, scalar(0.5, "\(name):half")], as: "\(name):halved")
        let reach = try emit(.binary(.multiply), [halved, size], as: "\(name):reach")
        let least = try emit(.binary(.subtract), [centre, reach], as: "\(name):least")
        let greatest = try emit(.binary(.add), [centre, reach], as: "\(name):greatest")
        return try emit(.concatenate(axis: 1), [least, greatest], as: "\(name):boxes")
    }

    /// Scores [N, C]; a first column for "nothing" is left out.
    private mutating func classScores(
        _ call: OperatorCall, _ options: DetectionOptions, boxes: Int, as name: String
    ) throws(TFLiteError) -> ValueID {
        let scores = try real(try operand(try call.input(1)), as: "\(name):real_scores")
        let shape = builder.shape(of: scores)
        guard shape.rank == 3, shape[0] == 1, shape[1] == boxes, shape[2] >= options.classes else {
            throw unsupported("scores \(shape) do not fit \(boxes) boxes and \(options.classes) classes")
        }
        let rows = try emit(.reshape([boxes, shape[2]]), [scores], as: "\(name):score_rows")
        guard shape[2] > options.classes else { return rows }
        let slicing = Slicing(starts: [0, shape[2] - options.classes], sizes: [boxes, options.classes])
        return try emit(.slice(slicing), [rows], as: "\(name):class_scores")
    }

    /// Suppression between all boxes, each with its best class.
    private mutating func bestOfAll(
        _ boxes: ValueID, _ scores: ValueID, _ options: DetectionOptions, as name: String
    ) throws(TFLiteError) -> [Detection] {
        let count = builder.shape(of: boxes)[0]
        let largest = ArgumentReduction(.maximum, axis: 1, keepsDimensions: false, result: .int32)
        let kinds = try emit(.argument(largest), [scores], as: "\(name):kinds")
        let best = try emit(
            .reduce(Reduction(.maximum, axes: [1], keepsDimensions: false)), [scores], as: "\(name):best")
        let row = try emit(.reshape([1, count]), [best], as: "\(name):best_scores")
        var found: [Detection] = []
        let suppression = Suppression(
            count: min(options.detections, count), scoreThreshold: options.scoreThreshold, isStrict: false,
            overlapThreshold: options.overlapThreshold, dropsEqualOverlap: false)
        for (index, round) in try suppress(boxes: boxes, scores: row, suppression, as: name).enumerated() {
            let kind = try emit(.gather(axis: 0), [kinds, round.box], as: "\(name):kind\(index)")
            found.append(
                Detection(box: round.box, kind: kind, score: round.score, isFound: round.isFound))
        }
        return found
    }

    /// Suppression within each class, then the best of all classes.
    private mutating func bestOfClasses(
        _ boxes: ValueID, _ scores: ValueID, _ options: DetectionOptions, as name: String
    ) throws(TFLiteError) -> [Detection] {
        let count = builder.shape(of: boxes)[0], classes = options.classes
        let columns = try emit(.transpose([1, 0]), [scores], as: "\(name):columns")
        let suppression = Suppression(
            count: min(options.detectionsPerClass, count), scoreThreshold: options.scoreThreshold,
            isStrict: false, overlapThreshold: options.overlapThreshold, dropsEqualOverlap: false)
        let rounds = try suppress(boxes: boxes, scores: columns, suppression, as: name)
        /// [C, rounds], class after class, as one list.
        func joined(
            _ values: [ValueID], _ suffix: String, _ importer: inout Importer
        ) throws(TFLiteError) -> ValueID {
            var parts: [ValueID] = []
            for (index, value) in values.enumerated() {
                parts.append(
                    try importer.emit(.reshape([classes, 1]), [value], as: "\(name):\(suffix)\(index)"))
            }
            let all = try importer.emit(.concatenate(axis: 1), parts, as: "\(name):all_\(suffix)")
            return try importer.emit(
                .reshape([1, classes * rounds.count]), [all], as: "\(name):\(suffix)_list")
        }
        var rest = try joined(rounds.map(\.score), "score", &self)
        let kept = try emit(
            .reshape([classes * rounds.count]), [try joined(rounds.map(\.box), "box", &self)],
            as: "\(name):kept_boxes")
        let total = classes * rounds.count
        let places = try counting(total, shape: [1, total], as: "\(name):list_places")
        try file.flat.budget.spend(4 * total)
        let kinds = builder.constant(
            unique("\(name):kinds"), Tensor([total], .int32((0..<total).map { Int32($0 / rounds.count) })))
        let out = scalar(Suppression.out, "\(name):taken"), least = scalar(Suppression.out / 2, "\(name):any")
        var found: [Detection] = []
        for index in 0..<min(options.detections, total) {
            let label = "\(name):detection\(index)"
            let largest = ArgumentReduction(.maximum, axis: 1, keepsDimensions: false, result: .int32)
            let at = try emit(.argument(largest), [rest], as: "\(label):at")
            let score = try emit(
                .reduce(Reduction(.maximum, axes: [1], keepsDimensions: false)), [rest], as: "\(label):score")
            found.append(
                Detection(
                    box: try emit(.gather(axis: 0), [kept, at], as: "\(label):box"),
                    kind: try emit(.gather(axis: 0), [kinds, at], as: "\(label):kind"), score: score,
                    isFound: try emit(.compare(.greater), [score, least], as: "\(label):found")))
            let isOwn = try emit(.compare(.equal), [places, at], as: "\(label):own")
            rest = try emit(.select, [isOwn, out, rest], as: "\(label):rest")
        }
        return found
    }

    /// Writes the four results, with zeros where fewer boxes were found.
    private mutating func finishDetections(
        _ call: OperatorCall, _ found: [Detection], _ boxes: ValueID, _ options: DetectionOptions,
        as name: String
    ) throws(TFLiteError) {
        let none = scalar(0, "\(name):nothing")
        var (corners, kinds, scores): ([ValueID], [ValueID], [ValueID]) = ([], [], [])
        for (index, detection) in found.enumerated() {
            let label = "\(name):result\(index)"
            let own = try emit(.gather(axis: 0), [boxes, detection.box], as: "\(label):own_box")
            let isFound = try emit(.reshape([1, 1]), [detection.isFound], as: "\(label):is_found")
            corners.append(try emit(.select, [isFound, own, none], as: "\(label):box"))
            let kind = try emit(.cast(.float32), [detection.kind], as: "\(label):own_kind")
            kinds.append(try emit(.select, [detection.isFound, kind, none], as: "\(label):kind"))
            scores.append(
                try emit(.select, [detection.isFound, detection.score, none], as: "\(label):score"))
        }
        let missing = options.detections - found.count
        if missing > 0 {
            corners.append(zeros([missing, 4], "\(name):no_boxes"))
            kinds.append(zeros([missing], "\(name):no_kinds"))
            scores.append(zeros([missing], "\(name):no_scores"))
        }
        for (output, parts) in zip(call.outputs, [corners, kinds, scores]) {
            let name = resultName(of: output)
            let list = try emit(.concatenate(axis: 0), parts, as: "\(name):list")
            let shape = [1] + builder.shape(of: list).dimensions
            try set(output, to: emit(.reshape(shape), [list], as: name))
        }
        let output = call.outputs[3], label = resultName(of: output)
        let flags = found.map { Suppression.Round(box: $0.box, score: $0.score, isFound: $0.isFound) }
        let counted = try self.found(flags, as: "\(label):found")
        try set(
            output,
            to: emit(.reduce(Reduction(.sum, axes: [0], keepsDimensions: true)), [counted], as: label))
    }

    private mutating func zeros(_ shape: Shape, _ name: String) -> ValueID {
        builder.constant(unique(name), Tensor(shape, .repeated(0, .float32)))
    }
}
