import CKernels

/// What a run goes through, in order: steps, and pairs of lists of steps of which two threads take one each.
final class RunList {
    // SAFETY: what the pointers lead to lives in the pool.
    let steps: UnsafeMutablePointer<sk_step>
    /// For each the program's step that it is; nil for lists of steps.
    let records: [Int?]
    /// For each whether a second thread takes half of it.
    let shared: UnsafePointer<Bool>
    let count: Int
    let hasShared: Bool
    /// Parameters of the list's own steps, and the borders that parts draw for themselves.
    private let pool: ConstantPool

    /// - Parameters:
    ///   - steps: the program's, with addresses.
    ///   - parts: threads that will share a step.
    init(_ program: Program, _ steps: [sk_step], parts: Int) {
        var list = Builder(program: program, steps: steps)
        list.appendUnits(drawsBorders: parts == 2)
        self.steps = list.pool.store(list.units)
        records = list.records
        shared = UnsafePointer(list.pool.store(list.shared))
        count = list.units.count
        hasShared = list.shared.contains(true)
        pool = list.pool
    }
}

private struct Builder {
    let program: Program
    let steps: [sk_step]
    let pool = ConstantPool()
    var units: [sk_step] = [], shared: [Bool] = [], records: [Int?] = []

    init(program: Program, steps: [sk_step]) {
        self.program = program
        self.steps = steps
    }

    /// - Parameter drawsBorders: whether each part of a layer draws its own border.
    mutating func appendUnits(drawsBorders: Bool) {
        let isLong = program.records.map { program.kernels.isWorthSharing($0) }
        let copies = drawsBorders ? (0..<2).map { _ in pool.allocate(bytes: program.largestBorder) } : []
        for unit in program.units {
            switch unit {
            case .halves(let first, let second):
                append(halves: (Array(steps[first]), Array(steps[second])))
            case .bordered(let border, let layer) where drawsBorders && isLong[layer]:
                let halves = copies.indices.map { half($0, of: layer, border, drawnTo: copies[$0]) }
                append(halves: (halves[0], halves[1]))
            case .bordered(_, let layer): append(layer - 1...layer, areShared: isLong[layer])
            case .step(let index):
                // What prepares a shared step is shared: each thread goes on with what it has in its cache.
                let next = index + 1
                let isPreparing =
                    next < steps.count && isLong[next] && program.records[next].a == program.records[index].y
                append(index...index, areShared: isLong[index] || isPreparing)
            }
        }
    }

    private mutating func append(_ indices: ClosedRange<Int>, areShared: Bool) {
        units += steps[indices]
        records += indices.map { $0 }
        shared += indices.map { _ in areShared }
    }

    private mutating func append(halves: ([sk_step], [sk_step])) {
        let lists = sk_halves(
            steps: (UnsafePointer(pool.store(halves.0)), UnsafePointer(pool.store(halves.1))),
            counts: (Int64(halves.0.count), Int64(halves.1.count)))
        units.append(
            sk_step(
                run: sk_run_halves, a: nil, b: nil, y: nil, scratch: nil, params: pool.store(one: lists)))
        records.append(nil)
        shared.append(true)
    }

    /// A part of two of a layer, after the step that draws the rows that it reads of the border before the layer: into memory that
    /// the other thread never touches.
    private func half(
        _ part: Int, of layer: Int, _ border: Border, drawnTo copy: UnsafeMutableRawPointer
    ) -> [sk_step] {
        // SAFETY: the parameters of steps that draw a border.
        let whole = program.records[layer - 1].parameters.load(as: sk_border.self)
        let row = whole.rowCount, read = border.reach(program.records[layer].parameters, Int32(part), 2)
        let rows = Int(read.first) / row..<(Int(read.last) + row - 1) / row
        let (own, skipped) = whole.drawing(rows)
        var drawing = steps[layer - 1], reader = steps[layer]
        drawing.params = pool.store(one: own)
        drawing.a = drawing.a.map { $0 + skipped * border.bytes.read }
        drawing.y = copy + rows.lowerBound * row * border.bytes.written
        reader.a = UnsafeRawPointer(copy)
        let half = sk_step(
            run: sk_run_part, a: nil, b: nil, y: nil, scratch: nil,
            params: pool.store(one: sk_part(step: reader, part: Int32(part), parts: 2)))
        return rows.isEmpty ? [half] : [drawing, half]
    }
}

extension sk_border {
    /// Elements of a row with its border.
    fileprivate var rowCount: Int { (Int(left) + Int(width) + Int(right)) * Int(channels) }

    /// The border of some rows, the border's own included, and how many elements of the input come before those.
    fileprivate func drawing(_ rows: Range<Int>) -> (border: sk_border, skipped: Int) {
        let inner = Int(top)..<Int(top) + Int(height)
        let drawn = rows.clamped(to: inner)
        var own = self
        own.height = Int32(drawn.count)
        own.top = Int32(rows.clamped(to: 0..<inner.lowerBound).count)
        own.bottom = Int32(rows.count - drawn.count) - own.top
        return (own, (drawn.lowerBound - inner.lowerBound) * Int(width) * Int(channels))
    }
}

extension Program {
    /// Bytes of the largest bordered input of a layer.
    fileprivate var largestBorder: Int {
        records.map { $0.border == nil ? 0 : sizes[$0.y.index] }.max() ?? 0
    }
}

extension KernelSet {
    /// Whether half a step is worth more than handing it over: one that takes a microsecond or more at the set's pace.
    fileprivate func isWorthSharing(_ step: StepRecord) -> Bool {
        step.work >= elementsPerMicrosecond(step.pace)
    }

    private func elementsPerMicrosecond(_ pace: Pace) -> Double {
        let set = table.pointee
        return switch pace {
        case .floats: Double(set.f32_pace)
        case .integers: Double(set.s8_pace)
        case .depthwiseFloats: Double(set.depthwise_f32_pace)
        case .depthwiseIntegers: Double(set.depthwise_s8_pace)
        case .moves: Double(set.f32_pace) / 8
        }
    }
}
