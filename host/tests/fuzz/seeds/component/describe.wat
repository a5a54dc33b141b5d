(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 16) "\20\00\00\00\02\00\00\00")
    (data (i32.const 32) "{}")
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "schema") (result i32) i32.const 16))
  (core instance $i (instantiate $m))
  (func $schema (result string)
    (canon lift (core func $i "schema") (memory $i "memory") (realloc (func $i "realloc"))))
  (instance $describe (export "config-schema" (func $schema)))
  (export "streamgauge:metric/describe@0.3.0" (instance $describe)))
