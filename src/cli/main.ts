console.log('trimtab')
