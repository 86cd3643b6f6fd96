import ModelGraph

/// Boxes of which those that overlap a better one are dropped, written out as one round of operations for each box kept.
struct Suppression {
    /// Boxes kept of each class, at most.
    let count: Int
    /// Boxes below this score are never kept; nil: every score counts.
    let scoreThreshold: Float
    /// Scores must exceed the threshold instead of reaching it.
    let isStrict: Bool
    /// Boxes that overlap a better one by this share of their union (more, or as much) are dropped.
    let overlapThreshold: Float
    let dropsEqualOverlap: Bool

    /// Rounds are written out, so they are limited.
    static let maximumCount = 512

    /// Stands for the score of a box that is out.
    static let out: Float = -1e30

    /// What one round found: for each class its best box [C], its score [C] and whether there is one [C] (`bool`).
    struct Round { let box, score, isFound: ValueID }
}

extension Importer {
    /// The rounds of suppression on boxes [N, 4] (two opposite corners, each y and x) and scores [C, N].
    mutating func suppress(
        boxes: ValueID, scores: ValueID, _ suppression: Suppression, as name: String
    ) throws(TFLiteError) -> [Suppression.Round] {
        let classes = builder.shape(of: scores)[0], count = builder.shape(of: boxes)[0]
        let corners = try corners(of: boxes, as: name)
        let places = try counting(count, shape: [1, count], as: "\(name):places")
        let out = scalar(Suppression.out, "\(name):out"), none = scalar(0, "\(name):none")
        let threshold = scalar(suppression.scoreThreshold, "\(name):score_threshold")
        let overlap = scalar(suppression.overlapThreshold, "\(name):overlap_threshold")
        let least = scalar(Suppression.out / 2, "\(name):least")
        let counts = try emit(
            .compare(suppression.isStrict ? .greater : .greaterOrEqual), [scores, threshold],
            as: "\(name):counts")
        var rest = try emit(.select, [counts, scores, out], as: "\(name):candidates")
        var rounds: [Suppression.Round] = []
        for index in 0..<suppression.count {
            let label = "\(name):round\(index)"
            let largest = ArgumentReduction(.maximum, axis: 1, keepsDimensions: false, result: .int32)
            let box = try emit(.argument(largest), [rest], as: "\(label):box")
            let score = try emit(
                .reduce(Reduction(.maximum, axes: [1], keepsDimensions: false)), [rest], as: "\(label):score")
            let isFound = try emit(.compare(.greater), [score, least], as: "\(label):found")
            rounds.append(Suppression.Round(box: box, score: score, isFound: isFound))
            guard index + 1 < suppression.count else { break }
            let own = try emit(.reshape([classes, 1]), [box], as: "\(label):place")
            let isOwn = try emit(.compare(.equal), [places, own], as: "\(label):is_own")
            let share = try overlaps(corners, with: box, none, as: label)
            let overlaps = try emit(
                .compare(suppression.dropsEqualOverlap ? .greaterOrEqual : .greater), [share, overlap],
                as: "\(label):overlaps")
            let dropped = try emit(.compare(.or), [overlaps, isOwn], as: "\(label):dropped")
            rest = try emit(.select, [dropped, out, rest], as: "\(label):rest")
        }
        return rounds
    }

    /// Least and greatest corners [1, N, 2] of boxes, and their areas [1, N].
    private struct Corners { let least, greatest, area: ValueID }

    private mutating func corners(of boxes: ValueID, as name: String) throws(TFLiteError) -> Corners {
        let count = builder.shape(of: boxes)[0]
        var ends: [ValueID] = []
        for (index, suffix) in ["first", "second"].enumerated() {
            let part = try emit(
                .slice(Slicing(starts: [0, 2 * index], sizes: [count, 2])), [boxes],
                as: "\(name):\(suffix)_half")
            ends.append(try emit(.reshape([1, count, 2]), [part], as: "\(name):\(suffix)_corners"))
        }
        let least = try emit(.binary(.minimum), ends, as: "\(name):least_corners")
        let greatest = try emit(.binary(.maximum), ends, as: "\(name):greatest_corners")
        let sides = try emit(.binary(.subtract), [greatest, least], as: "\(name):sides")
        let area = try emit(product, [sides], as: "\(name):areas")
        return Corners(least: least, greatest: greatest, area: area)
    }

    private var product: Operation { .reduce(Reduction(.product, axes: [2], keepsDimensions: false)) }

    /// Intersection over union of all boxes with one chosen box a class [C]: [C, N].
    private mutating func overlaps(
        _ corners: Corners, with box: ValueID, _ none: ValueID, as name: String
    ) throws(TFLiteError) -> ValueID {
        let classes = builder.shape(of: box)[0]
        func chosen(
            _ corner: ValueID, _ suffix: String, _ importer: inout Importer
        ) throws(TFLiteError) -> ValueID {
            let own = try importer.emit(.gather(axis: 1), [corner, box], as: "\(name):own_\(suffix)")
            let shape = importer.builder.shape(of: corner).rank == 3 ? [classes, 1, 2] : [classes, 1]
            return try importer.emit(.reshape(shape), [own], as: "\(name):chosen_\(suffix)")
        }
        let begin = try emit(
            .binary(.maximum), [corners.least, try chosen(corners.least, "least", &self)],
            as: "\(name):begin")
        let end = try emit(
            .binary(.minimum), [corners.greatest, try chosen(corners.greatest, "greatest", &self)],
            as: "\(name):end")
        let sides = try emit(.binary(.subtract), [end, begin], as: "\(name):common_sides")
        let positive = try emit(.binary(.maximum), [sides, none], as: "\(name):positive_sides")
        let common = try emit(product, [positive], as: "\(name):common_area")
        let both = try emit(
            .binary(.add), [corners.area, try chosen(corners.area, "area", &self)], as: "\(name):both_areas")
        let union = try emit(.binary(.subtract), [both, common], as: "\(name):union")
        return try emit(.binary(.divide), [common, union], as: "\(name):share")
    }

    /// The integers from 0 on, as a constant that only the graph has.
    mutating func counting(_ count: Int, shape: Shape, as name: String) throws(TFLiteError) -> ValueID {
        guard count < 1 << 24 else { throw unsupported("it chooses among \(count) elements") }
        try file.flat.budget.spend(4 * count)
        return builder.constant(unique(name), Tensor(shape, .int32((0..<count).map { Int32($0) })))
    }

    /// A constant number that only the graph has.
    mutating func scalar(_ value: Float, _ name: String) -> ValueID {
        builder.constant(unique(name), Tensor([1], [value]))
    }

    /// NON_MAX_SUPPRESSION_V4 and V5: boxes [N, 4], scores [N], and constants; places of the boxes kept, zeros behind them.
    mutating func importSuppression(_ call: OperatorCall) throws(TFLiteError) {
        let boxes = try operand(try call.input(0)), scores = try operand(try call.input(1))
        let hasScores = call.builtin == .nonMaxSuppressionV5
        if hasScores, try real(constant: try call.input(5)) != 0 {
            throw unsupported("it lowers scores of boxes that overlap (soft suppression)")
        }
        let count = try integers(try call.input(2)).first ?? 0
        let shape = builder.shape(of: boxes)
        guard shape.rank == 2, shape[1] == 4, shape[0] > 0, builder.shape(of: scores) == [shape[0]],
            builder.type(of: boxes).dataType == .float32, count > 0, count <= Suppression.maximumCount
        else {
            throw unsupported(
                "keeps \(count) (at most \(Suppression.maximumCount)) of the boxes \(shape), scores "
                    + "\(builder.shape(of: scores))")
        }
        guard call.outputs.count == (hasScores ? 3 : 2) else {
            throw file.flat.damaged("\(place) has \(call.outputs.count) results")
        }
        let name = resultName(of: call.outputs[0])
        let suppression = Suppression(
            count: min(count, shape[0]), scoreThreshold: try real(constant: try call.input(4)),
            isStrict: true, overlapThreshold: try real(constant: try call.input(3)), dropsEqualOverlap: true)
        let row = try emit(.reshape([1, shape[0]]), [scores], as: "\(name):scores")
        let rounds = try suppress(boxes: boxes, scores: row, suppression, as: name)
        let zero = builder.constant(unique("\(name):zero"), Tensor([1], .int32([0])))
        var (places, values): ([ValueID], [ValueID]) = ([], [])
        let none = scalar(0, "\(name):no_score")
        for (index, round) in rounds.enumerated() {
            places.append(try emit(.select, [round.isFound, round.box, zero], as: "\(name):kept\(index)"))
            values.append(
                try emit(.select, [round.isFound, round.score, none], as: "\(name):kept_score\(index)"))
        }
        places += [ValueID](repeating: zero, count: count - rounds.count)
        values += [ValueID](repeating: none, count: count - rounds.count)
        try set(call.outputs[0], to: emit(.concatenate(axis: 0), places, as: name))
        if hasScores {
            let output = call.outputs[1]
            try set(output, to: emit(.concatenate(axis: 0), values, as: resultName(of: output)))
        }
        let output = call.outputs[hasScores ? 2 : 1]
        let found = try found(rounds, as: "\(resultName(of: output)):found")
        let total = try emit(
            .reduce(Reduction(.sum, axes: [0], keepsDimensions: false)), [found],
            as: "\(resultName(of: output)):sum")
        try set(output, to: emit(.cast(.int32), [total], as: resultName(of: output)))
    }

    /// 1 for each round that found a box, 0 for the others, as real numbers.
    mutating func found(_ rounds: [Suppression.Round], as name: String) throws(TFLiteError) -> ValueID {
        let all = try emit(.concatenate(axis: 0), rounds.map(\.isFound), as: "\(name):all")
        return try emit(.cast(.float32), [all], as: name)
    }

    /// A constant of one real number.
    private func real(constant index: Int) throws(TFLiteError) -> Float {
        guard isConstant(index), try type(of: index).dataType == .float32,
            case .float32(let values) = try elements(of: index), let value = values.first, values.count == 1
        else { throw unsupported("'\(name(of: index))' must be a constant number") }
        return value
    }
}
