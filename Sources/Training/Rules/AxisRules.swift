import Kernels
import ModelGraph

/// An axis of an array with what lies before and behind it.
private struct Axis {
    let outer, extent, inner: Int

    init(_ shape: [Int], _ axis: Int) {
        outer = shape[..<axis].reduce(1, *)
        extent = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
    }
}

/// Elements along an axis at places that are numbers of another array: their gradients add up where they were taken from.
struct LookUpRule: Rule {
    let input, places: Operand
    let result: Result
    let axis: Int

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value])
        forEach(pass) { source, target, count in
            for i in 0..<count { y[target + i] = x[source + i] }
        }
    }

    func backward(_ pass: Pass) {
        places.clearGradient(pass)
        guard let slot = input.gradient else { return }
        input.clearGradient(pass)
        let (dx, dy) = (pass[slot], pass[result.gradient])
        forEach(pass) { source, target, count in
            for i in 0..<count { dx[source + i] += dy[target + i] }
        }
    }

    /// Where each stretch of neighbours lies in the input and in the result, and how long it is.
    private func forEach(_ pass: Pass, _ body: (Int, Int, Int) -> Void) {
        let own = Axis(input.shape, axis), numbers = pass[places.value]
        for outer in 0..<own.outer {
            for place in 0..<numbers.count {
                let source = (outer * own.extent + index(numbers[place], own.extent)) * own.inner
                body(source, (outer * numbers.count + place) * own.inner, own.inner)
            }
        }
    }

    /// Counted from the end below 0, and taken to the nearest end outside the axis, as in inference.
    private func index(_ number: Float, _ extent: Int) -> Int {
        guard number.isFinite, abs(number) < 0x1p31 else { return 0 }
        let place = Int(number) < 0 ? Int(number) + extent : Int(number)
        return min(max(place, 0), extent - 1)
    }
}

/// Where the largest or smallest element along an axis lies: whole numbers, to which no gradient passes.
struct ArgumentRule: Rule {
    let input: Operand
    let result: Result
    let reduction: ArgumentReduction

    func forward(_ pass: Pass) {
        let (x, y) = (pass[input.value], pass[result.value]), own = Axis(input.shape, reduction.axis)
        for outer in 0..<own.outer {
            for inner in 0..<own.inner {
                func value(_ place: Int) -> Float { x[(outer * own.extent + place) * own.inner + inner] }
                var best = 0
                for place in 1..<max(own.extent, 1) where isBetter(value(place), than: value(best)) {
                    best = place
                }
                y[outer * own.inner + inner] = Float(best)
            }
        }
    }

    func backward(_ pass: Pass) { input.clearGradient(pass) }

    private func isBetter(_ a: Float, than b: Float) -> Bool {
        switch reduction.kind {
        case .maximum: a > b || reduction.selectsLast && a == b
        case .minimum: a < b || reduction.selectsLast && a == b
        }
    }
}

/// Running sums along an axis; the gradient is the running sum in the other direction.
struct CumulativeSumRule: Rule {
    let input: Operand
    let result: Result
    let sum: CumulativeSum

    func forward(_ pass: Pass) {
        let y = pass[result.value]
        y.fill(0)
        add(pass[input.value], into: y, isReversed: sum.isReversed)
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        input.clearGradient(pass)
        add(pass[result.gradient], into: pass[slot], isReversed: !sum.isReversed)
    }

    private func add(_ x: FloatBlock, into y: FloatBlock, isReversed: Bool) {
        let own = Axis(input.shape, sum.axis)
        for outer in 0..<own.outer {
            for inner in 0..<own.inner {
                var total: Float = 0
                for step in 0..<own.extent {
                    let place = isReversed ? own.extent - 1 - step : step
                    let index = (outer * own.extent + place) * own.inner + inner
                    if !sum.isExclusive { total += x[index] }
                    y[index] += total
                    if sum.isExclusive { total += x[index] }
                }
            }
        }
    }
}
